// Any POST body ends, within its cap of packets; what it holds is UTF-8 or binary, and frames made of its messages join
// to a body that reads the same. tests/corpus/payload holds the first inputs.
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "base/utf8.hpp"
#include "engineio/payload.hpp"

namespace {

constexpr std::size_t kMaxPackets = 64;

std::vector<skat::engineio::Frame> read_messages(std::string_view body) {
  std::vector<skat::engineio::Frame> messages;
  skat::engineio::PayloadReader reader(body, kMaxPackets);
  std::size_t packets = 0;
  while (const auto packet = reader.next()) {
    SKAT_CHECK(++packets <= kMaxPackets, "more packets than the cap");
    SKAT_CHECK(packet->binary || skat::base::is_valid_utf8(packet->data), "text that is not UTF-8");
    if (packet->type != skat::engineio::PacketType::message) continue;
    messages.push_back(packet->binary ? skat::engineio::make_binary_frame(packet->data)
                                      : skat::engineio::make_text_frame(packet->data));
  }
  return messages;
}

}  // namespace

SKAT_FUZZ_TARGET(payload) {
  const auto messages = read_messages(input);
  if (messages.empty()) return;
  const auto body = skat::engineio::join_payload(messages);
  SKAT_CHECK(body.size() <= input.size(), "joining made a body longer");
  const auto again = read_messages(body);
  SKAT_CHECK(again.size() == messages.size(), "joining changed the number of messages");
  for (std::size_t i = 0; i < messages.size(); ++i) {
    SKAT_CHECK(again[i]->bytes == messages[i]->bytes, "joining changed a message");
  }
}
