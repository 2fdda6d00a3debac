// HotEvent: an event as the owner keeps it: encoded for people, whole again for the store.
#pragma once

#include <cstddef>
#include <memory>

#include "chat/event_json.hpp"
#include "log/log.hpp"

namespace skat::chat {

struct HotEvent {
  model::Event event;  // without its body, which lies in `encoded`
  std::size_t body_bytes = 0;
  FeedEventPtr encoded;
  log::Offset offset;  // of its record

  // With its body.
  [[nodiscard]] model::Event whole() const {
    model::Event copy = event;
    copy.body = encoded->json.substr(encoded->json.size() - kAfterBody - body_bytes, body_bytes);
    return copy;
  }
  // What it costs in memory, about: itself, the encoded bytes, its places in the hot tail's tables.
  [[nodiscard]] std::size_t cost_bytes() const { return sizeof(HotEvent) + encoded->json.capacity() + 256; }
};
using HotEventPtr = std::shared_ptr<const HotEvent>;  // shared by the hot tail and the archiver's queue

[[nodiscard]] inline HotEventPtr make_hot_event(model::Event event, log::Offset offset) {
  auto encoded = make_feed_event(event);
  const std::size_t body_bytes = event.body.size();
  event.body = {};
  return std::make_shared<const HotEvent>(HotEvent{std::move(event), body_bytes, std::move(encoded), offset});
}

}  // namespace skat::chat
