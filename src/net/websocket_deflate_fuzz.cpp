// Any bytes as a compressed message: inflating stops at the limit and says the same each time; a limit of exactly the
// size changes nothing, one byte less is too big; text is binary that is UTF-8. As a message to compress: it comes
// back. Input: a digit, the window's bits less 9; then the bytes.
#include "net/websocket_deflate.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "base/utf8.hpp"

namespace {

using skat::net::MessageInflater;
using Content = MessageInflater::Content;
using Status = MessageInflater::Status;

constexpr std::size_t kLimit = 40'000;  // above two pieces of the inflater

void check_inflating(MessageInflater& inflater, std::string_view payload) {
  const auto first = inflater.inflate(payload, Content::binary, kLimit);
  const Status status = first.status;
  const std::string message(first.message);
  SKAT_CHECK(status != Status::not_utf8, "binary was read as text");
  SKAT_CHECK((status == Status::whole) || message.empty(), "a message with a failure");
  SKAT_CHECK(message.size() <= kLimit, "a message above the limit");

  const auto text = inflater.inflate(payload, Content::text, kLimit);
  if (status == Status::whole && skat::base::is_valid_utf8(message)) {
    SKAT_CHECK(text.status == Status::whole && text.message == message, "text was refused or changed");
  } else {
    SKAT_CHECK(text.status != Status::whole, "text that is none");
    SKAT_CHECK(text.status == Status::not_utf8 || text.status == status, "another failure");
  }
  if (status != Status::whole) return;
  const auto exact = inflater.inflate(payload, Content::binary, message.size());
  SKAT_CHECK(exact.status == Status::whole && exact.message == message, "refused at its own size");
  if (message.empty()) return;
  const auto less = inflater.inflate(payload, Content::binary, message.size() - 1);
  SKAT_CHECK(less.status == Status::too_big, "one byte above the limit was let pass");
}

}  // namespace

SKAT_FUZZ_TARGET(websocket_deflate) {
  if (input.empty()) return;
  static MessageInflater inflater;  // one for all inputs, as on a loop
  static skat::net::MessageDeflater deflater;
  const auto bytes = input.substr(1);
  check_inflating(inflater, bytes);

  // Twice over, so that there is something to save.
  const std::string message = std::string(bytes).append(bytes);
  const auto window_bits = static_cast<std::uint8_t>(9 + static_cast<unsigned char>(input.front()) % 7);
  const auto packed = deflater.deflate(message, window_bits);
  if (!packed) return;
  SKAT_CHECK(packed->size() < message.size(), "compressing made a message longer");
  const auto back = inflater.inflate(*packed, Content::binary, message.size());
  SKAT_CHECK(back.status == Status::whole && back.message == message, "a compressed message came back changed");
}
