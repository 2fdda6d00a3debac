// The bytes that nodes say to each other. Sans-I/O; fields as byte_codec.hpp has them.
//
//   beats       on "beats", each 250 ms from each node:
//                 'B' | u64 node | u64 number | list { u32 partition | u64 epoch | u64 position | u32 rooms | bool full
//                 | bool channel } | list { u32 partition }
//   outcomes    on "node/<hex>": 'O' | list { key | u16 error | if 0: accepted }
//   question    on "node/<hex>": 'Q' | u64 from | u64 id | u8 kind | fields of the question
//   answer      on "node/<hex>": 'A' | u64 id | u16 error | if 0: u8 kind | fields of the answer
//
//   key         16 room | 16 sender | u64 device | u64 n
//   accepted    u64 seq | bool, u64 mseq | u64 epoch | u64 time in ms
//   error       0, or the number of a chat::errc
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "chat/questions.hpp"
#include "log/log.hpp"

namespace skat::chat {

// A node, in one of its runs: random at its start.
using Incarnation = std::uint64_t;

inline constexpr std::string_view kBeatsChannel = "beats";
[[nodiscard]] std::string node_channel(Incarnation node);

struct Beat {
  // A partition that the node owns, with its fold up to `position`.
  struct Held {
    std::uint32_t partition = 0;
    model::Epoch epoch;
    log::Offset position;
    std::uint32_t rooms = 0;  // in the fold
    bool full = false;        // takes nothing more now: the store lags too far
    bool channel = false;     // what is published of its rooms goes onto the partition's channel too, from now on
  };
  Incarnation node = 0;
  std::uint64_t number = 0;  // one more each time
  std::vector<Held> held;
  std::vector<std::uint32_t> channels;  // partitions whose channel the node listens to
};

struct Decided {
  EventKey key;
  result<Accepted> answer;  // errors of chat only
};
using Outcomes = std::vector<Decided>;

struct Asked {
  Incarnation from = 0;
  std::uint64_t id = 0;
  Question question;
};
struct Answered {
  std::uint64_t id = 0;
  result<Answer> answer;
};
using PeerMessage = std::variant<Beat, Outcomes, Asked, Answered>;

[[nodiscard]] base::Bytes encode(const Beat& beat);
[[nodiscard]] base::Bytes encode(const Outcomes& outcomes);
[[nodiscard]] base::Bytes encode(const Asked& asked);
[[nodiscard]] base::Bytes encode(const Answered& answered);
// nullopt: not such a message; whatever the bytes are.
[[nodiscard]] std::optional<PeerMessage> decode_peer_message(std::string_view bytes);

}  // namespace skat::chat
