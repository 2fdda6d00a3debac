#include "chat/testing/memory_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>

namespace skat::chat::testing {
namespace {

std::string lower(std::string name) {
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return name;
}

}  // namespace

void MemoryStore::load_fold(std::uint32_t partition, std::string log_id, store::Done<store::StoredFold> done) {
  call<store::StoredFold>(
      std::move(done), [this, partition, log_id = std::move(log_id)]() -> result<store::StoredFold> {
        const auto& progress = start(partition, log_id);
        store::StoredFold stored{progress.next_offset, progress.snapshots_as_of, progress.epoch, progress.log_id, {}};
        for (const auto& [room, snapshot] : progress.snapshots) stored.snapshots.push_back(snapshot);
        return stored;
      });
}

void MemoryStore::load_rooms(std::uint32_t partition, std::string log_id, std::vector<model::RoomId> rooms,
                             store::Done<store::StoredFold> done) {
  call<store::StoredFold>(std::move(done),
                          [this, partition, log_id = std::move(log_id),
                           rooms = std::set(rooms.begin(), rooms.end())]() -> result<store::StoredFold> {
                            const auto& progress = start(partition, log_id);
                            store::StoredFold stored{
                                progress.next_offset, progress.snapshots_as_of, progress.epoch, progress.log_id, {}};
                            for (const model::RoomId& room : rooms) {
                              const auto found = progress.snapshots.find(room);
                              if (found != progress.snapshots.end()) stored.snapshots.push_back(found->second);
                            }
                            return stored;
                          });
}

void MemoryStore::progress(store::Done<std::vector<store::StoredProgress>> done) {
  call<std::vector<store::StoredProgress>>(std::move(done), [this]() -> result<std::vector<store::StoredProgress>> {
    std::vector<store::StoredProgress> partitions;
    for (const auto& [partition, progress] : disk_.progress) {
      partitions.push_back({partition, progress.next_offset, progress.snapshots_as_of, progress.epoch});
    }
    return partitions;
  });
}

StoreDisk::Progress& MemoryStore::start(std::uint32_t partition, const std::string& log_id) {
  const auto [place, made] = disk_.progress.try_emplace(partition);
  if (made) {
    place->second.log_id = log_id;
    place->second.epoch = model::Epoch{0x1234 + partition};
  }
  return place->second;
}

void MemoryStore::archive(store::ArchiveBatch batch, store::Done<void> done) {
  attempts.push_back(batch);
  call<void>(std::move(done), [this, batch = std::move(batch)]() -> result<void> {
    if (fail_archives > 0) {
      --fail_archives;
      return archive_error;
    }
    const auto outcome = commit(batch);
    if (lose_answers > 0) {
      --lose_answers;
      return store::errc::unavailable;
    }
    return outcome;
  });
}

result<void> MemoryStore::commit(const store::ArchiveBatch& batch) {
  auto& progress = disk_.progress[batch.partition];
  if (progress.next_offset != batch.start) return store::errc::superseded;
  EXPECT_GE(batch.end, batch.start);
  progress.next_offset = batch.end;
  for (const model::Event& event : batch.events) write(event);
  for (const store::DeadLetter& letter : batch.dead_letters) {
    EXPECT_TRUE(disk_.dead_letters.emplace(std::pair{batch.partition, letter.offset}, letter).second);
  }
  for (const store::RoomSnapshot& snapshot : batch.snapshots) {
    EXPECT_LE(snapshot.as_of, batch.end) << "a snapshot may not know more than the store";
    progress.snapshots[snapshot.room] = snapshot;
  }
  if (batch.snapshots_as_of) {
    EXPECT_LE(*batch.snapshots_as_of, batch.end);
    progress.snapshots_as_of = *batch.snapshots_as_of;
  }
  return {};
}

void MemoryStore::write(const model::Event& event) {
  auto& room = disk_.events[event.room];
  EXPECT_EQ(event.seq.value(), room.size() + 1) << "the stored numbers of a room are dense";
  for (const model::Event& other : room) {
    EXPECT_FALSE(other.sender == event.sender && other.device == event.device && other.n == event.n);
  }
  room.push_back(event);
  auto& row = disk_.rooms[event.room];
  switch (event.kind) {
    case model::EventKind::room_created:
      row.id = event.room;
      for (const auto& [key, held] : disk_.names) {
        if (held.room == event.room) {
          row.name = held.name;
          row.access = held.access;
        }
      }
      [[fallthrough]];
    case model::EventKind::member_joined:
      disk_.memberships[event.sender].insert(event.room);
      break;
    case model::EventKind::member_left:
      disk_.memberships[event.sender].erase(event.room);
      break;
    case model::EventKind::message:
      break;
  }
}

const std::vector<model::Event>& MemoryStore::events(const model::RoomId& room) {
  return disk_.events[room];
}

void MemoryStore::page_before(model::RoomId room, model::Seq before, std::size_t limit, store::Done<store::Page> done) {
  call<store::Page>(std::move(done), [this, room, before, limit]() -> result<store::Page> {
    const auto& all = events(room);
    store::Page page;
    page.head = model::Seq{all.size()};
    std::size_t from = std::min<std::size_t>(before.value() - 1, all.size());
    const std::size_t end = from;
    for (std::size_t messages = 0; from > 0 && messages < limit && end - from < max_page_events; --from) {
      if (all[from - 1].mseq) ++messages;
    }
    page.events.assign(all.begin() + static_cast<std::ptrdiff_t>(from), all.begin() + static_cast<std::ptrdiff_t>(end));
    page.more = from > 0;
    return page;
  });
}

void MemoryStore::page_after(model::RoomId room, model::Seq after, std::size_t limit, store::Done<store::Page> done) {
  call<store::Page>(std::move(done), [this, room, after, limit]() -> result<store::Page> {
    const auto& all = events(room);
    store::Page page;
    page.head = model::Seq{all.size()};
    std::size_t at = after.value();
    for (std::size_t messages = 0; at < all.size() && messages < limit && page.events.size() < max_page_events; ++at) {
      if (all[at].mseq) ++messages;
      page.events.push_back(all[at]);
    }
    page.more = at < all.size();
    return page;
  });
}

void MemoryStore::range(model::RoomId room, model::Seq after, model::Seq up_to, std::size_t max_events,
                        store::Done<store::Page> done) {
  call<store::Page>(std::move(done), [this, room, after, up_to, max_events]() -> result<store::Page> {
    const auto& all = events(room);
    store::Page page;
    page.head = model::Seq{all.size()};
    const std::size_t end = std::min<std::size_t>(up_to.value(), all.size());
    std::size_t at = after.value();
    for (; at < end && page.events.size() < max_events; ++at) page.events.push_back(all[at]);
    page.more = at < end;
    return page;
  });
}

void MemoryStore::find_key(model::RoomId room, model::UserId sender, model::DeviceId device, model::N n,
                           store::Done<std::optional<store::StoredKey>> done) {
  call<std::optional<store::StoredKey>>(std::move(done),
                                        [this, room, sender, device, n]() -> result<std::optional<store::StoredKey>> {
                                          for (const model::Event& event : events(room)) {
                                            if (event.sender == sender && event.device == device && event.n == n) {
                                              return std::optional(store::StoredKey{event.seq, event.mseq, event.ts});
                                            }
                                          }
                                          return std::optional<store::StoredKey>();
                                        });
}

void MemoryStore::create_session(store::User user, store::SessionRow session, store::Done<void> done) {
  call<void>(std::move(done), [this, user = std::move(user), session = std::move(session)]() -> result<void> {
    disk_.users.try_emplace(user.id, user);
    disk_.sessions[session.token_hash] = session;
    return {};
  });
}

void MemoryStore::find_session(std::string token_hash, base::WallTime now, store::Done<store::User> done) {
  call<store::User>(std::move(done), [this, token_hash = std::move(token_hash), now]() -> result<store::User> {
    const auto found = disk_.sessions.find(token_hash);
    if (found == disk_.sessions.end() || found->second.expires <= now) return store::errc::not_found;
    return disk_.users.at(found->second.user);
  });
}

void MemoryStore::reserve_room_name(store::NameReservation wanted, store::Done<store::NameReservation> done) {
  call<store::NameReservation>(std::move(done), [this, wanted = std::move(wanted)]() -> result<store::NameReservation> {
    return disk_.names.try_emplace(lower(wanted.name), wanted).first->second;
  });
}

void MemoryStore::list_rooms(std::string after, std::size_t limit, store::Done<std::vector<store::RoomRow>> done) {
  call<std::vector<store::RoomRow>>(
      std::move(done), [this, after = lower(std::move(after)), limit]() -> result<std::vector<store::RoomRow>> {
        std::map<std::string, store::RoomRow> listed;
        for (const auto& [id, row] : disk_.rooms) {
          if (row.access == model::Access::open && lower(row.name) > after) listed[lower(row.name)] = row;
        }
        std::vector<store::RoomRow> rows;
        for (const auto& [key, row] : listed) {
          if (rows.size() < limit) rows.push_back(row);
        }
        return rows;
      });
}

void MemoryStore::rooms_of(model::UserId user, store::Done<std::vector<store::MyRoom>> done) {
  call<std::vector<store::MyRoom>>(std::move(done), [this, user]() -> result<std::vector<store::MyRoom>> {
    std::vector<store::MyRoom> mine;
    for (const auto& [id, row] : disk_.rooms) {
      if (row.access != model::Access::everyone && !disk_.memberships[user].contains(id)) continue;
      const auto marker = disk_.markers[{user, id}];
      mine.push_back({id, row.name, row.access, marker.seq, marker.mseq});
    }
    return mine;
  });
}

void MemoryStore::write_read_markers(std::vector<store::ReadMarker> markers, store::Done<void> done) {
  call<void>(std::move(done), [this, markers = std::move(markers)]() -> result<void> {
    for (const store::ReadMarker& marker : markers) {
      auto& held = disk_.markers[{marker.user, marker.room}];
      if (marker.seq > held.seq) held = {marker.seq, marker.mseq};
    }
    return {};
  });
}

void MemoryStore::get_or_put_setting(std::string name, std::string value, store::Done<std::string> done) {
  call<std::string>(std::move(done), [this, name = std::move(name), value = std::move(value)]() -> result<std::string> {
    return disk_.settings.try_emplace(name, value).first->second;
  });
}

}  // namespace skat::chat::testing
