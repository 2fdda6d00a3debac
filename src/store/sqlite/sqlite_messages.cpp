#include "store/sqlite/sqlite_messages.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "store/sqlite/query.hpp"

namespace skat::store::sqlite {
namespace {

using Kind = base::sqlite::Transaction::Kind;

// Above every seq that SQLite can hold; a larger bound of a caller means the same.
constexpr std::uint64_t kNoBound = std::numeric_limits<std::int64_t>::max();

std::uint64_t clamp(model::Seq bound) {
  return std::min(bound.value(), kNoBound);
}

model::Event read_event(const Query& query, const model::RoomId& room) {
  model::Event event;
  event.room = room;
  event.epoch = model::Epoch{query.uint64(0)};
  event.seq = model::Seq{query.uint64(1)};
  if (!query.is_null(2)) event.mseq = model::MSeq{query.uint64(2)};
  event.kind = static_cast<model::EventKind>(query.int64(3));
  event.sender = query.id<model::UserId>(4);
  event.device = model::DeviceId{query.uint64(5)};
  event.n = model::N{query.uint64(6)};
  event.ts = query.time(7);
  event.body = query.text(8);
  return event;
}

result<std::vector<model::Event>> read_events(Query& query, const model::RoomId& room) {
  std::vector<model::Event> events;
  auto done = query.each([&](const Query& row) { events.push_back(read_event(row, room)); });
  if (!done) return done.error();
  return events;
}

result<model::Seq> read_head(Connection& connection, const model::RoomId& room) {
  Query query(connection, "SELECT max(seq) FROM events WHERE room = ?");
  auto row = query.with(room).step();
  if (!row) return row.error();
  return model::Seq{query.uint64(0)};
}

// The seq of the message that bounds a page; `none` when there are not so many.
result<std::uint64_t> find_bound(Connection& connection, std::string_view sql, const model::RoomId& room,
                                 model::Seq from, std::size_t limit, std::uint64_t none) {
  Query query(connection, sql);
  auto row = query.with(room).with(clamp(from)).with(std::uint64_t{limit - 1}).step();
  if (!row) return row.error();
  return *row ? query.uint64(0) : none;
}

// Inside a transaction.
result<Page> read_range(Connection& connection, const model::RoomId& room, model::Seq after, model::Seq up_to,
                        std::size_t max_events) {
  auto head = read_head(connection, room);
  if (!head) return head.error();
  Query query(connection,
              "SELECT epoch, seq, mseq, kind, sender, device, n, ts, body FROM events"
              " WHERE room = ? AND seq > ? AND seq <= ? ORDER BY seq LIMIT ?");
  query.with(room).with(clamp(after)).with(clamp(up_to)).with(std::min<std::uint64_t>(max_events, kNoBound));
  auto events = read_events(query, room);
  if (!events) return events.error();
  const model::Seq last = events->empty() ? after : events->back().seq;
  return Page{std::move(*events), *head, last < std::min(up_to, *head)};
}

std::size_t clamp_limit(std::size_t limit) {
  return std::clamp<std::size_t>(limit, 1, kMaxPageEvents);
}

}  // namespace

result<void> insert_events_blocking(Connection& connection, std::span<const model::Event> events) {
  Query query(connection,
              "INSERT INTO events (room, epoch, seq, mseq, kind, sender, device, n, ts, body)"
              " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const model::Event& event : events) {
    query.restart().with(event.room).with(event.epoch).with(event.seq);
    if (event.mseq) {
      query.with(*event.mseq);
    } else {
      query.with_null();
    }
    query.with(static_cast<std::int64_t>(event.kind)).with(event.sender).with(event.device).with(event.n);
    if (auto done = query.with(event.ts).with_text(event.body).run(); !done) return done;
  }
  return {};
}

result<Page> page_before_blocking(Connection& connection, const model::RoomId& room, model::Seq before,
                                  std::size_t limit) {
  return in_transaction(connection, Kind::read, [&]() -> result<Page> {
    auto head = read_head(connection, room);
    if (!head) return head.error();
    auto lowest = find_bound(connection,
                             "SELECT seq FROM events INDEXED BY events_messages"
                             " WHERE room = ? AND seq < ? AND mseq IS NOT NULL ORDER BY seq DESC LIMIT 1 OFFSET ?",
                             room, before, clamp_limit(limit), 0);
    if (!lowest) return lowest.error();
    Query query(connection,
                "SELECT epoch, seq, mseq, kind, sender, device, n, ts, body FROM events"
                " WHERE room = ? AND seq >= ? AND seq < ? ORDER BY seq DESC LIMIT ?");
    query.with(room).with(*lowest).with(clamp(before)).with(std::uint64_t{kMaxPageEvents});
    auto events = read_events(query, room);
    if (!events) return events.error();
    std::ranges::reverse(*events);
    const bool more = !events->empty() && events->front().seq.value() > 1;
    return Page{std::move(*events), *head, more};
  });
}

result<Page> page_after_blocking(Connection& connection, const model::RoomId& room, model::Seq after,
                                 std::size_t limit) {
  return in_transaction(connection, Kind::read, [&]() -> result<Page> {
    auto highest = find_bound(connection,
                              "SELECT seq FROM events INDEXED BY events_messages"
                              " WHERE room = ? AND seq > ? AND mseq IS NOT NULL ORDER BY seq LIMIT 1 OFFSET ?",
                              room, after, clamp_limit(limit), kNoBound);
    if (!highest) return highest.error();
    auto page = read_range(connection, room, after, model::Seq{*highest}, kMaxPageEvents);
    if (page) page->more = !page->events.empty() && page->events.back().seq < page->head;
    return page;
  });
}

result<Page> range_blocking(Connection& connection, const model::RoomId& room, model::Seq after, model::Seq up_to,
                            std::size_t max_events) {
  return in_transaction(connection, Kind::read, [&] { return read_range(connection, room, after, up_to, max_events); });
}

result<std::optional<StoredKey>> find_key_blocking(Connection& connection, const model::RoomId& room,
                                                   const model::UserId& sender, model::DeviceId device, model::N n) {
  Query query(connection, "SELECT seq, mseq, ts FROM events WHERE room = ? AND sender = ? AND device = ? AND n = ?");
  auto row = query.with(room).with(sender).with(device).with(n).step();
  if (!row) return row.error();
  if (!*row) return std::optional<StoredKey>{};
  StoredKey key{model::Seq{query.uint64(0)}, std::nullopt, query.time(2)};
  if (!query.is_null(1)) key.mseq = model::MSeq{query.uint64(1)};
  return std::optional{key};
}

}  // namespace skat::store::sqlite
