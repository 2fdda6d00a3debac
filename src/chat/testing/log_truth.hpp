// What the log alone says, and whether what nodes said and stored agrees with it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <unordered_map>
#include <vector>

#include "chat/event_json.hpp"
#include "chat/event_key.hpp"
#include "chat/testing/memory_log.hpp"
#include "chat/testing/memory_store.hpp"
#include "chat/types.hpp"
#include "fold/fold.hpp"
#include "log/record_format.hpp"

namespace skat::chat::testing {

using RoomEvents = std::map<model::RoomId, std::vector<model::Event>>;
using Acks = std::unordered_map<EventKey, Accepted, EventKeyHash>;

// Everything, folded from its beginning.
inline RoomEvents log_truth(const LogDisk& log, StoreDisk& store) {
  RoomEvents rooms;
  for (std::uint32_t p = 0; p < log.partitions.size(); ++p) {
    fold::Fold fold(store.progress[p].epoch);
    for (const auto& entry : log.partitions[p].entries) {
      auto outcome = fold.apply(log::decode_record(entry.key, entry.value), entry.append_time);
      if (outcome.event) rooms[outcome.event->room].push_back(*outcome.event);
    }
  }
  return rooms;
}

// Of the partition that the room lies in; 0: the log has nothing of the room.
inline model::Epoch epoch_of(const LogDisk& log, const StoreDisk& store, const model::RoomId& room) {
  for (const auto& [partition, progress] : store.progress) {
    const auto& entries = log.partitions[partition].entries;
    if (std::ranges::any_of(entries, [&](const auto& entry) { return entry.key == room.hex(); })) return progress.epoch;
  }
  return {};
}

// An answer to a submission. A second ack of one key says what the first one said.
inline void note_ack(Acks& acks, const EventKey& key, const result<Accepted>& answer) {
  if (!answer) return;
  const auto [place, first] = acks.try_emplace(key, *answer);
  EXPECT_EQ(place->second.seq, answer->seq) << "two acks of one key disagree";
  EXPECT_EQ(place->second.ts, answer->ts);
}

// Each ack is of an event with the same numbers. `at_least`: with fewer acks the run would show nothing.
inline void expect_acked(const RoomEvents& rooms, const Acks& acks, std::size_t at_least) {
  std::size_t found = 0;
  for (const auto& [room, events] : rooms) {
    for (const model::Event& event : events) {
      const auto ack = acks.find(key_of(event));
      if (ack == acks.end()) continue;
      ++found;
      EXPECT_EQ(ack->second.seq, event.seq);
      EXPECT_EQ(ack->second.mseq, event.mseq);
      EXPECT_EQ(ack->second.ts, event.ts);
    }
  }
  EXPECT_EQ(found, acks.size()) << "acked is never lost";
  EXPECT_GE(found, at_least) << "the run shows nothing";
}

// All is archived, each event once.
inline void expect_stored(const RoomEvents& rooms, const StoreDisk& store) {
  for (const auto& [room, events] : rooms) {
    ASSERT_TRUE(store.events.contains(room)) << room.hex();
    const auto& stored = store.events.at(room);
    ASSERT_EQ(stored.size(), events.size());
    for (std::size_t i = 0; i < events.size(); ++i) ASSERT_EQ(encode_event(stored[i]), encode_event(events[i]));
  }
}

// A room's history as a node told it. `newest_seen`: by a live stream.
inline void expect_told(const std::vector<FeedEventPtr>& told, const std::vector<model::Event>& events,
                        std::uint64_t newest_seen) {
  ASSERT_EQ(told.size(), events.size());
  for (std::size_t i = 0; i < events.size(); ++i) ASSERT_EQ(told[i]->json, encode_event(events[i]));
  EXPECT_GE(events.size(), newest_seen) << "what was seen live is in history";
}

}  // namespace skat::chat::testing
