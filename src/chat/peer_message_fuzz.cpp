// Any bytes are refused, or are a message between nodes that comes back the same from its own bytes; the first byte
// chooses the channel. tests/corpus/peer_message holds one message of each kind.
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "chat/feed_message.hpp"
#include "chat/peer_message.hpp"
#include "chat/presence_message.hpp"
#include "chat/user_message.hpp"

SKAT_FUZZ_TARGET(peer_message) {
  using namespace skat::chat;
  std::string_view bytes = input;
  if (bytes.empty()) return;
  const char channel = bytes.front();
  bytes.remove_prefix(1);
  if (channel == 'r') {
    const auto message = decode_feed_message({}, bytes);
    if (const auto* events = message ? std::get_if<FeedEvents>(&*message) : nullptr) {
      EventsMessage again(events->epoch);
      for (const FeedEventPtr& event : events->events) again.add(*event);
      SKAT_CHECK(std::move(again).take() == bytes, "events have a second form");
    }
    return;
  }
  if (channel == 'u') {
    const auto of_a_user = decode_user_message(bytes);
    SKAT_CHECK(!of_a_user || encode(*of_a_user) == bytes, "what concerns a user has a second form");
    return;
  }
  if (channel == 's') {
    const auto state = decode_presence_message(bytes);
    const auto encode_it = [](const auto& whole) { return encode(whole); };
    SKAT_CHECK(!state || std::visit(encode_it, *state) == bytes, "presence has a second form");
    return;
  }
  const auto message = decode_peer_message(bytes);
  if (!message) return;
  const auto encoded = std::visit([](const auto& whole) { return encode(whole); }, *message);
  const auto again = decode_peer_message(encoded);
  SKAT_CHECK(again.has_value(), "what was encoded is no message");
  SKAT_CHECK(std::visit([](const auto& whole) { return encode(whole); }, *again) == encoded, "a message changes");
}
