// DEFLATE of WebSocket messages without context takeover (RFC 7692, section 7.2): no connection has zlib state of its
// own, one MessageDeflater and one MessageInflater serve all of a loop. zlib is seen by the .cpp only. Sans-I/O.
// Decision 0003.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/bytes.hpp"

namespace skat::net {

// MessageDeflater: memory only from the first message on: a compressor for each window size in use, 260 KiB for the
// largest and 1.2 MiB for all seven.
class MessageDeflater {
 public:
  static constexpr std::uint8_t kMinWindowBits = 9, kMaxWindowBits = 15;  // RFC 7692 has 8 too, zlib has not

  MessageDeflater();
  ~MessageDeflater();
  MessageDeflater(const MessageDeflater&) = delete;
  MessageDeflater& operator=(const MessageDeflater&) = delete;

  // The payload of the compressed message; nothing when that is not smaller than `message`.
  [[nodiscard]] std::optional<base::Bytes> deflate(std::string_view message, std::uint8_t window_bits);

 private:
  struct Stream;
  std::array<std::unique_ptr<Stream>, kMaxWindowBits - kMinWindowBits + 1> streams_;
};

// MessageInflater: undoes the compression of a message that has arrived whole. Memory: nothing before the first
// message, then 60 KiB; and the newest message until end_turn.
class MessageInflater {
 public:
  enum class Content : std::uint8_t { text, binary };
  enum class Status : std::uint8_t { whole, too_big, not_utf8 /* text only */, corrupt /* not DEFLATE, or cut */ };
  struct Result {
    Status status;
    std::string_view message;  // until the next call
  };

  MessageInflater();
  ~MessageInflater();
  MessageInflater(const MessageInflater&) = delete;
  MessageInflater& operator=(const MessageInflater&) = delete;

  // `payload`: of all the message's frames, unmasked. Stops at the first byte of the message past `max_bytes` or
  // against UTF-8: whatever it would grow to, it costs no more than the limit.
  [[nodiscard]] Result inflate(std::string_view payload, Content content, std::size_t max_bytes);
  // Gives back the memory of a large message.
  void end_turn() noexcept;

 private:
  struct Stream;
  std::unique_ptr<Stream> stream_;
  base::Bytes message_;
};

}  // namespace skat::net
