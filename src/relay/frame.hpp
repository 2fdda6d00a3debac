// The relay's frames: one bus message is one frame. Numbers are little-endian.
//
//   byte 0       version, 1
//   byte 1       Kind
//   byte 2       1: more pieces of this message follow; 0: this is the last
//   byte 3       0
//   bytes 4–11   Incarnation of the sender
//   bytes 12–19  RequestId: the asking node's number of the request; 0 on "relay/nodes"
//   bytes 20–23  number of this piece, from 0
//   bytes 24–    this piece of the message (messages.hpp)
//
// Channels: "relay/nodes" has announce and leave, to all; "relay/<16 hex digits>" has what goes to that incarnation.
// The pieces of a message are published in order, and so arrive in order; one that is missing spoils the message.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"

namespace skat::relay {

// One life of one node; random at its start.
enum class Incarnation : std::uint64_t {};
enum class RequestId : std::uint64_t {};

enum class Kind : std::uint8_t {
  // asking node → the session's node
  request = 1,  // SessionRequest
  body = 2,     // the body that followed it
  lost = 3,     // its connection has gone
  // the session's node → asking node
  received = 4,
  answer = 5,  // HttpResponse
  cut = 6,     // the connection is closed without an answer
  // to all
  announce = 7,  // Announcement
  leave = 8,
};

struct Frame {
  Kind kind{};
  bool more = false;
  Incarnation from{};
  RequestId id{};
  std::uint32_t piece = 0;
  std::string_view payload;  // of this piece; points into what was decoded
};

inline constexpr std::string_view kNodesChannel = "relay/nodes";
[[nodiscard]] std::string channel_of(Incarnation node);

// nullopt: no frame of this version.
[[nodiscard]] std::optional<Frame> decode_frame(std::string_view bytes);
// A message as frames, each with at most `max_piece_bytes` of it.
[[nodiscard]] std::vector<base::SharedBytes> make_frames(Kind kind, Incarnation from, RequestId id,
                                                         std::string_view message, std::size_t max_piece_bytes);

// A request as seen from the session's node: ids are unique within the asker only.
struct From {
  Incarnation node{};
  RequestId id{};
  friend bool operator==(const From&, const From&) = default;
};
struct FromHash {
  std::size_t operator()(const From& from) const noexcept {
    return static_cast<std::size_t>(from.node) ^ (static_cast<std::size_t>(from.id) * 0x9E3779B97F4A7C15U);
  }
};

}  // namespace skat::relay
