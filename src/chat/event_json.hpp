// The wire's event object (protocol/events.md, "event"): the one encoder. The bytes are the same live and in every
// later read, since the body is put in as it is stored.
#pragma once

#include <cstddef>

#include "chat/types.hpp"

namespace skat::chat {

// The body is the object's last member: it lies in the encoded bytes at [size − 1 − body size, size − 1).
inline constexpr std::size_t kAfterBody = 1;

[[nodiscard]] base::Bytes encode_event(const model::Event& event);
[[nodiscard]] FeedEventPtr make_feed_event(const model::Event& event);
// A stored event as one of `epoch`, its partition's now: its number goes on to hold when a log is adopted, and people
// must not take it for one of other numbers.
[[nodiscard]] FeedEventPtr make_feed_event(model::Event stored, model::Epoch epoch);

}  // namespace skat::chat
