#include "store/postgres/pg_directory.hpp"

#include <map>
#include <utility>

#include "store/name_key.hpp"
#include "store/postgres/transaction.hpp"

namespace skat::store::postgres {

result<void> create_session_blocking(Connection& connection, const User& user, const SessionRow& session) {
  // A repeat of the same request finds its own rows.
  auto done = transact_blocking(
      connection, Kind::write,
      {Statement("INSERT INTO users (user_id, name, created) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING")
           .with(user.id)
           .with_text(user.name)
           .with(user.created),
       Statement("INSERT INTO sessions (token_hash, user_id, device, expires) VALUES ($1, $2, $3, $4)"
                 " ON CONFLICT DO NOTHING")
           .with_blob(session.token_hash)
           .with(session.user, session.device, session.expires)});
  if (!done) return done.error();
  return {};
}

result<User> find_session_blocking(Connection& connection, std::string_view token_hash, base::WallTime now) {
  auto rows = transact_blocking(connection, Kind::read,
                                {Statement("SELECT user_id, name, created FROM sessions JOIN users USING (user_id)"
                                           " WHERE token_hash = $1 AND expires > $2")
                                     .with_blob(token_hash)
                                     .with(now)});
  if (!rows) return rows.error();
  const Rows& found = (*rows)[0];
  if (found.empty()) return errc::not_found;
  return User{found.id<model::UserId>(0, 0), std::string(found.bytes(0, 1)), found.time(0, 2)};
}

result<NameReservation> reserve_room_name_blocking(Connection& connection, const NameReservation& wanted) {
  const std::string key = name_key(wanted.name);
  // The second statement sees what another node committed while the first one waited for it (read committed).
  auto rows = transact_blocking(
      connection, Kind::write,
      {Statement("INSERT INTO room_names (name_key, room, name, access, user_id, device)"
                 " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING")
           .with_text(key)
           .with(wanted.room)
           .with_text(wanted.name)
           .with(static_cast<std::uint64_t>(wanted.access), wanted.user, wanted.device),
       Statement("SELECT room, name, access::bigint, user_id, device FROM room_names WHERE name_key = $1")
           .with_text(key)});
  if (!rows) return rows.error();
  const Rows& holder = (*rows)[1];
  if (holder.empty()) return errc::name_taken;  // the room holds another name
  return NameReservation{holder.id<model::RoomId>(0, 0), std::string(holder.bytes(0, 1)),
                         static_cast<model::Access>(holder.uint64(0, 2)), holder.id<model::UserId>(0, 3),
                         model::DeviceId{holder.uint64(0, 4)}};
}

result<void> write_read_markers_blocking(Connection& connection, std::span<const ReadMarker> markers) {
  // One row a marker, in one order everywhere: two nodes that write the same ones do not wait for each other in a ring.
  std::map<std::pair<model::UserId, model::RoomId>, ReadMarker> newest;
  for (const ReadMarker& marker : markers) {
    const auto [place, is_new] = newest.try_emplace({marker.user, marker.room}, marker);
    if (!is_new && marker.seq > place->second.seq) place->second = marker;
  }
  auto users = Column::uuids(), rooms = Column::uuids();
  auto seqs = Column::numbers(), mseqs = Column::numbers();
  for (const auto& [where, marker] : newest) {
    users.add(marker.user);
    rooms.add(marker.room);
    seqs.add(marker.seq);
    mseqs.add(marker.mseq);
  }
  auto done = transact_blocking(
      connection, Kind::write,
      {Statement("INSERT INTO read_markers AS held (user_id, room, seq, mseq) SELECT * FROM unnest($1, $2, $3, $4)"
                 " ON CONFLICT (user_id, room) DO UPDATE SET seq = excluded.seq, mseq = excluded.mseq"
                 " WHERE excluded.seq > held.seq")
           .with(users, rooms, seqs, mseqs)});
  if (!done) return done.error();
  return {};
}

result<std::string> get_or_put_setting_blocking(Connection& connection, std::string_view name, std::string_view value) {
  auto rows = transact_blocking(connection, Kind::write,
                                {Statement("INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING")
                                     .with_text(name)
                                     .with_blob(value),
                                 Statement("SELECT value FROM settings WHERE name = $1").with_text(name)});
  if (!rows) return rows.error();
  return std::string((*rows)[1].bytes(0, 0));
}

}  // namespace skat::store::postgres
