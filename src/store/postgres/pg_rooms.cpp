#include "store/postgres/pg_rooms.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "store/name_key.hpp"
#include "store/postgres/transaction.hpp"
#include "store/room_created.hpp"

namespace skat::store::postgres {
namespace {

using model::Access;

// Whether a user is in a room after the whole batch: only the last word about it counts.
using Memberships = std::map<std::pair<model::RoomId, model::UserId>, bool>;

Statement change_members(const Memberships& memberships) {
  auto users = Column::uuids(), rooms = Column::uuids();
  auto present = Column::numbers();
  for (const auto& [who, is_member] : memberships) {
    rooms.add(who.first);
    users.add(who.second);
    present.add(std::uint64_t{is_member ? 1u : 0u});
  }
  // rooms.members counts the rows that really came and went.
  return Statement(
             "WITH wanted AS (SELECT * FROM unnest($1, $2, $3) AS w (user_id, room, present)),"
             " added AS (INSERT INTO members (user_id, room) SELECT user_id, room FROM wanted WHERE present = 1"
             "  ON CONFLICT DO NOTHING RETURNING room),"
             " removed AS (DELETE FROM members AS m USING wanted AS w"
             "  WHERE w.present = 0 AND m.user_id = w.user_id AND m.room = w.room RETURNING m.room),"
             " changed AS (SELECT room, sum(by) AS by FROM"
             "  (SELECT room, 1 AS by FROM added UNION ALL SELECT room, -1 FROM removed) AS each GROUP BY room)"
             " UPDATE rooms AS r SET members = r.members + c.by FROM changed AS c WHERE r.room = c.room")
      .with(users, rooms, present);
}

}  // namespace

result<std::vector<Statement>> project_rooms(std::span<const model::Event> events) {
  auto ids = Column::uuids(), owners = Column::uuids();
  auto names = Column::texts(), keys = Column::texts();
  auto accesses = Column::numbers(), times = Column::numbers();
  Memberships memberships;
  for (const model::Event& event : events) {
    switch (event.kind) {
      case model::EventKind::room_created: {
        const auto created = parse_room_created(event.body);
        if (!created) return errc::data_error;
        ids.add(event.room);
        owners.add(event.sender);
        names.add_bytes(created->name);
        keys.add_bytes(name_key(created->name));
        accesses.add(static_cast<std::uint64_t>(created->access));
        times.add(event.ts);
        // Where everyone is a member, nobody is written down as one.
        if (created->access != Access::everyone) memberships[{event.room, event.sender}] = true;
        break;
      }
      case model::EventKind::member_joined:
        memberships[{event.room, event.sender}] = true;
        break;
      case model::EventKind::member_left:
        memberships[{event.room, event.sender}] = false;
        break;
      case model::EventKind::message:
        break;
    }
  }
  std::vector<Statement> statements;
  if (ids.size() > 0) {
    statements.push_back(Statement("INSERT INTO rooms (room, name, name_key, access, owner, created, members)"
                                   " SELECT *, 0 FROM unnest($1, $2, $3, $4, $5, $6)")
                             .with(ids, names, keys, accesses, owners, times));
  }
  if (!memberships.empty()) statements.push_back(change_members(memberships));
  return statements;
}

result<std::vector<RoomRow>> list_rooms_blocking(Connection& connection, std::string_view after, std::size_t limit) {
  auto rows = transact_blocking(connection, Kind::read,
                                {Statement("SELECT room, name, access::bigint, members, created FROM rooms"
                                           " WHERE access = 1 AND name_key > $1 ORDER BY name_key LIMIT $2")
                                     .with_text(name_key(after))
                                     .with(std::uint64_t{std::min(limit, kMaxListedRooms)})});
  if (!rows) return rows.error();
  const Rows& found = (*rows)[0];
  std::vector<RoomRow> rooms;
  for (int i = 0; i < found.size(); ++i) {
    rooms.push_back({found.id<model::RoomId>(i, 0), std::string(found.bytes(i, 1)),
                     static_cast<Access>(found.uint64(i, 2)), found.uint64(i, 3), found.time(i, 4)});
  }
  return rooms;
}

result<std::vector<MyRoom>> rooms_of_blocking(Connection& connection, const model::UserId& user) {
  auto rows = transact_blocking(
      connection, Kind::read,
      {Statement("SELECT r.room, r.name, r.access::bigint, coalesce(m.seq, 0), coalesce(m.mseq, 0) FROM"
                 " (SELECT room, name, name_key, access FROM rooms WHERE access = 0"
                 "  UNION ALL"
                 "  SELECT room, name, name_key, access FROM members JOIN rooms USING (room) WHERE user_id = $1) AS r"
                 " LEFT JOIN read_markers AS m ON m.user_id = $1 AND m.room = r.room"
                 " ORDER BY r.access <> 0, r.name_key, r.room")
           .with(user)});
  if (!rows) return rows.error();
  const Rows& found = (*rows)[0];
  std::vector<MyRoom> rooms;
  for (int i = 0; i < found.size(); ++i) {
    rooms.push_back({found.id<model::RoomId>(i, 0), std::string(found.bytes(i, 1)),
                     static_cast<Access>(found.uint64(i, 2)), model::Seq{found.uint64(i, 3)},
                     model::MSeq{found.uint64(i, 4)}});
  }
  return rooms;
}

}  // namespace skat::store::postgres
