#include "store/sqlite/sqlite_rooms.hpp"

#include <algorithm>
#include <string>

#include "store/name_key.hpp"
#include "store/room_created.hpp"
#include "store/sqlite/query.hpp"

namespace skat::store::sqlite {
namespace {

using model::Access;

// `by` counts members; nothing happens when the user was one (or was none) already.
result<void> change_membership(Connection& connection, const model::Event& event, std::int64_t by) {
  Query member(connection, by > 0 ? "INSERT INTO members (user, room) VALUES (?, ?) ON CONFLICT DO NOTHING"
                                  : "DELETE FROM members WHERE user = ? AND room = ?");
  if (auto done = member.with(event.sender).with(event.room).run(); !done) return done;
  if (connection.database().changes() == 0) return {};
  Query count(connection, "UPDATE rooms SET members = members + ? WHERE room = ?");
  return count.with(by).with(event.room).run();
}

result<void> insert_room(Connection& connection, const model::Event& event) {
  const auto created = parse_room_created(event.body);
  if (!created) return errc::data_error;
  Query query(connection,
              "INSERT INTO rooms (room, name, name_key, access, owner, created, members) VALUES (?, ?, ?, ?, ?, ?, 0)");
  query.with(event.room).with_text(created->name).with_text(name_key(created->name));
  query.with(static_cast<std::int64_t>(created->access)).with(event.sender).with(event.ts);
  if (auto done = query.run(); !done) return done;
  // Where everyone is a member, nobody is written down as one.
  return created->access == Access::everyone ? result<void>{} : change_membership(connection, event, +1);
}

}  // namespace

result<void> project_rooms_blocking(Connection& connection, std::span<const model::Event> events) {
  for (const model::Event& event : events) {
    result<void> done;
    switch (event.kind) {
      case model::EventKind::room_created:
        done = insert_room(connection, event);
        break;
      case model::EventKind::member_joined:
        done = change_membership(connection, event, +1);
        break;
      case model::EventKind::member_left:
        done = change_membership(connection, event, -1);
        break;
      case model::EventKind::message:
        break;
    }
    if (!done) return done;
  }
  return {};
}

result<std::vector<RoomRow>> list_rooms_blocking(Connection& connection, std::string_view after, std::size_t limit) {
  Query query(connection,
              "SELECT room, name, access, members, created FROM rooms"
              " WHERE access = 1 AND name_key > ? ORDER BY name_key LIMIT ?");
  query.with_text(name_key(after)).with(std::uint64_t{std::min(limit, kMaxListedRooms)});
  std::vector<RoomRow> rooms;
  auto done = query.each([&](const Query& row) {
    rooms.push_back({row.id<model::RoomId>(0), std::string(row.text(1)), static_cast<Access>(row.int64(2)),
                     row.uint64(3), row.time(4)});
  });
  if (!done) return done.error();
  return rooms;
}

result<std::vector<MyRoom>> rooms_of_blocking(Connection& connection, const model::UserId& user) {
  Query query(
      connection,
      "SELECT r.room, r.name, r.access, coalesce(m.seq, 0), coalesce(m.mseq, 0) FROM"
      " (SELECT room, name, name_key, access FROM rooms WHERE access = 0"
      "  UNION ALL"
      "  SELECT room, name, name_key, access FROM members JOIN rooms USING (room) WHERE user = ?1) AS r"
      " LEFT JOIN read_markers AS m ON m.user = ?1 AND m.room = r.room ORDER BY r.access <> 0, r.name_key, r.room");
  query.with(user);
  std::vector<MyRoom> rooms;
  auto done = query.each([&](const Query& row) {
    rooms.push_back({row.id<model::RoomId>(0), std::string(row.text(1)), static_cast<Access>(row.int64(2)),
                     model::Seq{row.uint64(3)}, model::MSeq{row.uint64(4)}});
  });
  if (!done) return done.error();
  return rooms;
}

}  // namespace skat::store::sqlite
