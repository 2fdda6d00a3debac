#include "chat/event_json.hpp"

#include <fmt/format.h>

#include <iterator>

namespace skat::chat {

base::Bytes encode_event(const model::Event& event) {
  constexpr std::size_t kEnvelopeBytes = 256;  // all members but the body, with room to spare
  base::Bytes json;
  json.reserve(kEnvelopeBytes + event.body.size());
  auto out = std::back_inserter(json);
  fmt::format_to(out, R"({{"room":"{}","epoch":"{}","seq":{})", event.room.hex(), model::hex64(event.epoch.value()),
                 event.seq.value());
  if (event.mseq) fmt::format_to(out, R"(,"mseq":{})", event.mseq->value());
  fmt::format_to(out, R"(,"kind":"{}","sender":"{}","device":"{}","n":{},"ts":{},"body":)", model::to_text(event.kind),
                 event.sender.hex(), model::hex64(event.device.value()), event.n.value(), base::to_millis(event.ts));
  json += event.body;
  json += '}';
  return json;
}

FeedEventPtr make_feed_event(const model::Event& event) {
  return std::make_shared<const FeedEvent>(
      FeedEvent{event.room, event.seq, event.kind, event.sender, encode_event(event)});
}

FeedEventPtr make_feed_event(model::Event stored, model::Epoch epoch) {
  stored.epoch = epoch;
  return make_feed_event(stored);
}

}  // namespace skat::chat
