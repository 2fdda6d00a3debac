// Any bytes on the bus: frames (each with two bytes of length before it) are read or refused, their pieces never pass
// the limits, and a message that is understood says the same when it is written again.
#include <algorithm>
#include <cstddef>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "relay/assembler.hpp"
#include "relay/frame.hpp"
#include "relay/messages.hpp"

namespace {

using namespace skat::relay;

template <class Decode>
void read_and_write(std::string_view message, Decode decode) {
  if (const auto read = decode(message)) SKAT_CHECK(encode(*read) == message, "writing changed a message");
}

}  // namespace

SKAT_FUZZ_TARGET(relay_frame) {
  const Config config{.max_piece_bytes = 16, .max_message_bytes = 64, .max_partial_bytes = 128};
  Assembler assembler(config);
  while (input.size() >= 2) {
    const std::size_t size = static_cast<unsigned char>(input[0]) | static_cast<unsigned char>(input[1]) << 8;
    const auto bytes = input.substr(2, size);
    input.remove_prefix(2 + bytes.size());
    const auto frame = decode_frame(bytes);
    if (!frame) continue;
    const auto [outcome, message] = assembler.take(*frame, {});
    SKAT_CHECK(assembler.partial_bytes() <= config.max_partial_bytes, "parts pass their limit");
    if (outcome != Assembler::Outcome::whole) continue;
    SKAT_CHECK(message.size() <= config.max_message_bytes, "a message passes its limit");
    read_and_write(message, decode_request);
    read_and_write(message, decode_body);
    read_and_write(message, decode_answer);
    read_and_write(message, decode_announcement);
  }
}
