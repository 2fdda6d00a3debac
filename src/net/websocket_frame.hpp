// WebSocket frames of a client (RFC 6455, section 5; RFC 7692), read as they arrive, and the frames a server sends.
// Sans-I/O. Layout: FIN RSV1-3 opcode(4) | MASK length(7) | length(16 or 64)? | mask(32) | payload
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace skat::net {

class MessageInflater;

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

// RFC 6455, section 7.4.1.
enum CloseCode : std::uint16_t {
  kCloseNormal = 1000,
  kCloseProtocolError = 1002,
  kCloseNoCode = 1005,    // never sent
  kCloseAbnormal = 1006,  // never sent
  kCloseBadData = 1007,
  kClosePolicy = 1008,
  kCloseTooBig = 1009,
};
// Whether a peer may send it.
[[nodiscard]] bool is_valid_close_code(std::uint16_t code) noexcept;

struct FrameLimits {
  std::size_t max_message_bytes = 0;  // one more byte, on the wire or inflated: kCloseTooBig
  std::size_t max_fragments = 0;      // of one message; one more: kClosePolicy
};

struct FrameHead {
  bool fin = false;
  bool compressed = false;  // RSV1
  Opcode opcode = Opcode::continuation;
  std::uint64_t payload_bytes = 0;
  std::array<char, 4> mask{};
  std::size_t head_bytes = 0;
};
enum class HeadStatus : std::uint8_t { incomplete, complete, invalid };
enum class Rsv1 : std::uint8_t { refused, allowed /* on the first frame of a message */ };
// Says invalid as soon as the bytes at hand show it. Limits, and what may follow what, are FrameReader's.
[[nodiscard]] HeadStatus parse_frame_head(std::string_view bytes, Rsv1 rsv1, FrameHead& head) noexcept;

// `position`: how many bytes of the payload lie before `data`.
void unmask(std::span<char> data, const std::array<char, 4>& mask, std::size_t position) noexcept;

// FrameReader: messages and control frames out of the bytes of one connection.
// Owns memory only from the first byte of a frame that has not arrived whole, or the first fragment of a message, until
// that message is complete; whole frames are unmasked where they lie. Memory grows with what has arrived, never with
// what a header announces. A compressed message is inflated when it is complete, into memory of the loop's inflater:
// until then it is kept as it came.
class FrameReader {
 public:
  enum class Event : std::uint8_t { none /* give more bytes */, text, binary, ping, pong, close, error };
  struct Item {
    Event event = Event::none;
    std::uint16_t code = 0;    // close: what the peer sent, or kCloseNoCode; error: what to close with
    std::string_view payload;  // valid until the next call, or the next use of the inflater; of close: the reason
  };

  FrameReader();
  ~FrameReader();
  FrameReader(const FrameReader&) = delete;
  FrameReader& operator=(const FrameReader&) = delete;

  // Takes bytes from the front of `input` (and overwrites them). After `close` and `error` it drops whatever comes.
  // `inflater`: set when permessage-deflate has been agreed. Compressed data that is none: kCloseBadData.
  [[nodiscard]] Item next(std::span<char>& input, const FrameLimits& limits, MessageInflater* inflater = nullptr);
  // Whether it owns no memory.
  [[nodiscard]] bool idle() const noexcept { return !partial_; }

 private:
  class Partial;
  std::unique_ptr<Partial> partial_;
  bool ended_ = false;  // close or error has been said
};

// Whole frames of a server. A payload above 125 bytes is cut.
[[nodiscard]] base::Bytes encode_control(Opcode opcode, std::string_view payload);
// Without a code when it is 0 or kCloseNoCode. A reason above 123 bytes is cut between two characters.
[[nodiscard]] base::Bytes encode_close(std::uint16_t code, std::string_view reason);
// What the peer is owed at once: a pong for its ping, its code for its Close, a Close with the code of its error.
[[nodiscard]] std::optional<base::Bytes> encode_reply(const FrameReader::Item& item);

}  // namespace skat::net
