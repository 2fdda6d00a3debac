// Any POST body ends, within its cap of packets, none lost; what it holds is UTF-8 or binary, and frames made of its
// messages join to a body that reads the same.
#include <algorithm>
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
  const bool failed = reader.failed();
  SKAT_CHECK(!reader.next() && reader.failed() == failed, "it goes on behind its end");
  const auto separators = std::count(body.begin(), body.end(), skat::engineio::kRecordSeparator);
  SKAT_CHECK(failed || packets == static_cast<std::size_t>(separators) + 1, "a packet was lost");
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
