#include "store/postgres/pg_messages.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "store/postgres/transaction.hpp"

namespace skat::store::postgres {
namespace {

// Above every seq that a bigint can hold, with room to add a page; a larger bound of a caller means the same.
constexpr std::uint64_t kNoBound = std::numeric_limits<std::int64_t>::max() - 2 * kMaxPageEvents;

std::uint64_t clamp(model::Seq bound) {
  return std::min(bound.value(), kNoBound);
}

std::uint64_t clamp_limit(std::size_t limit) {
  return std::clamp<std::size_t>(limit, 1, kMaxPageEvents);
}

Statement head_of(const model::RoomId& room) {
  return Statement("SELECT coalesce(max(seq), 0) FROM events WHERE room = $1").with(room);
}

std::vector<model::Event> read_events(const Rows& rows, const model::RoomId& room) {
  std::vector<model::Event> events(static_cast<std::size_t>(rows.size()));
  for (int i = 0; i < rows.size(); ++i) {
    model::Event& event = events[static_cast<std::size_t>(i)];
    event.room = room;
    event.epoch = model::Epoch{rows.uint64(i, 0)};
    event.seq = model::Seq{rows.uint64(i, 1)};
    if (!rows.is_null(i, 2)) event.mseq = model::MSeq{rows.uint64(i, 2)};
    event.kind = static_cast<model::EventKind>(rows.uint64(i, 3));
    event.sender = rows.id<model::UserId>(i, 4);
    event.device = model::DeviceId{rows.uint64(i, 5)};
    event.n = model::N{rows.uint64(i, 6)};
    event.ts = rows.time(i, 7);
    event.body = rows.bytes(i, 8);
  }
  return events;
}

// The head and the selected events, of one moment.
result<Page> read_page(Connection& connection, const model::RoomId& room, Statement selection) {
  std::vector<Statement> statements;
  statements.push_back(head_of(room));
  statements.push_back(std::move(selection));
  auto rows = transact_blocking(connection, Kind::read, std::move(statements));
  if (!rows) return rows.error();
  return Page{read_events((*rows)[1], room), model::Seq{(*rows)[0].uint64(0, 0)}, false};
}

}  // namespace

Statement insert_events(std::span<const model::Event> events) {
  auto rooms = Column::uuids(), senders = Column::uuids();
  auto epochs = Column::numbers(), seqs = Column::numbers(), mseqs = Column::numbers(), devices = Column::numbers(),
       ns = Column::numbers(), times = Column::numbers(), kinds = Column::numbers();
  auto bodies = Column::texts();
  for (const model::Event& event : events) {
    rooms.add(event.room);
    senders.add(event.sender);
    epochs.add(event.epoch);
    seqs.add(event.seq);
    if (event.mseq) {
      mseqs.add(*event.mseq);
    } else {
      mseqs.add_null();
    }
    devices.add(event.device);
    ns.add(event.n);
    times.add(event.ts);
    kinds.add(static_cast<std::uint64_t>(event.kind));
    bodies.add_bytes(event.body);
  }
  return Statement(
             "INSERT INTO events (room, sender, epoch, seq, mseq, device, n, ts, kind, body)"
             " SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
      .with(rooms, senders, epochs, seqs, mseqs, devices, ns, times, kinds, bodies);
}

// A room's seq is dense and a page holds at most kMaxPageEvents events, so both look for the page's bound among so many
// rows and no more, however few of them are messages.
result<Page> page_before_blocking(Connection& connection, const model::RoomId& room, model::Seq before,
                                  std::size_t limit) {
  auto page = read_page(
      connection, room,
      Statement("WITH top AS MATERIALIZED ("
                "  SELECT least($2, coalesce(max(seq), 0) + 1) AS before FROM events WHERE room = $1)"
                " SELECT epoch, seq, mseq, kind::bigint, sender, device, n, ts, body FROM events"
                " WHERE room = $1 AND seq < (SELECT before FROM top) AND seq >= coalesce("
                "  (SELECT seq FROM events WHERE room = $1 AND seq < (SELECT before FROM top)"
                "   AND seq >= (SELECT before FROM top) - $4 AND mseq IS NOT NULL ORDER BY seq DESC OFFSET $3 LIMIT 1),"
                "  (SELECT before FROM top) - $4) ORDER BY seq")
          .with(room, clamp(before), clamp_limit(limit) - 1, std::uint64_t{kMaxPageEvents}));
  if (page) page->more = !page->events.empty() && page->events.front().seq.value() > 1;
  return page;
}

result<Page> page_after_blocking(Connection& connection, const model::RoomId& room, model::Seq after,
                                 std::size_t limit) {
  auto page = read_page(
      connection, room,
      Statement("SELECT epoch, seq, mseq, kind::bigint, sender, device, n, ts, body FROM events"
                " WHERE room = $1 AND seq > $2 AND seq <= coalesce("
                "  (SELECT seq FROM events WHERE room = $1 AND seq > $2 AND seq <= $2 + $4 AND mseq IS NOT NULL"
                "   ORDER BY seq OFFSET $3 LIMIT 1), $2 + $4) ORDER BY seq")
          .with(room, clamp(after), clamp_limit(limit) - 1, std::uint64_t{kMaxPageEvents}));
  if (page) page->more = !page->events.empty() && page->events.back().seq < page->head;
  return page;
}

result<Page> range_blocking(Connection& connection, const model::RoomId& room, model::Seq after, model::Seq up_to,
                            std::size_t max_events) {
  auto page = read_page(connection, room,
                        Statement("SELECT epoch, seq, mseq, kind::bigint, sender, device, n, ts, body FROM events"
                                  " WHERE room = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4")
                            .with(room, clamp(after), clamp(up_to), std::min<std::uint64_t>(max_events, kNoBound)));
  if (!page) return page;
  const model::Seq last = page->events.empty() ? after : page->events.back().seq;
  page->more = last < std::min(up_to, page->head);
  return page;
}

result<std::optional<StoredKey>> find_key_blocking(Connection& connection, const model::RoomId& room,
                                                   const model::UserId& sender, model::DeviceId device, model::N n) {
  auto rows = transact_blocking(
      connection, Kind::read,
      {Statement("SELECT seq, mseq, ts FROM events WHERE room = $1 AND sender = $2 AND device = $3 AND n = $4")
           .with(room, sender, device, n)});
  if (!rows) return rows.error();
  const Rows& found = (*rows)[0];
  if (found.empty()) return std::optional<StoredKey>{};
  StoredKey key{model::Seq{found.uint64(0, 0)}, std::nullopt, found.time(0, 2)};
  if (!found.is_null(0, 1)) key.mseq = model::MSeq{found.uint64(0, 1)};
  return std::optional{key};
}

}  // namespace skat::store::postgres
