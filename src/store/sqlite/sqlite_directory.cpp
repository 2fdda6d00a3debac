#include "store/sqlite/sqlite_directory.hpp"

#include "store/name_key.hpp"
#include "store/sqlite/query.hpp"

namespace skat::store::sqlite {
namespace {

using Kind = base::sqlite::Transaction::Kind;

}  // namespace

result<void> create_session_blocking(Connection& connection, const User& user, const SessionRow& session) {
  return in_transaction(connection, Kind::write, [&]() -> result<void> {
    Query add_user(connection, "INSERT INTO users (user, name, created) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
    if (auto done = add_user.with(user.id).with_text(user.name).with(user.created).run(); !done) return done;
    // A repeat of the same request finds its own row.
    Query add_session(connection,
                      "INSERT INTO sessions (token_hash, user, device, expires) VALUES (?, ?, ?, ?)"
                      " ON CONFLICT DO NOTHING");
    add_session.with_blob(session.token_hash).with(session.user).with(session.device).with(session.expires);
    return add_session.run();
  });
}

result<User> find_session_blocking(Connection& connection, std::string_view token_hash, base::WallTime now) {
  Query query(connection,
              "SELECT user, name, created FROM sessions JOIN users USING (user) WHERE token_hash = ? AND expires > ?");
  auto row = query.with_blob(token_hash).with(now).step();
  if (!row) return row.error();
  if (!*row) return errc::not_found;
  return User{query.id<model::UserId>(0), std::string(query.text(1)), query.time(2)};
}

result<NameReservation> reserve_room_name_blocking(Connection& connection, const NameReservation& wanted) {
  return in_transaction(connection, Kind::write, [&]() -> result<NameReservation> {
    const std::string key = name_key(wanted.name);
    Query reserve(connection,
                  "INSERT INTO room_names (name_key, room, name, access, user, device) VALUES (?, ?, ?, ?, ?, ?)"
                  " ON CONFLICT DO NOTHING");
    reserve.with_text(key).with(wanted.room).with_text(wanted.name).with(static_cast<std::int64_t>(wanted.access));
    if (auto done = reserve.with(wanted.user).with(wanted.device).run(); !done) return done.error();
    Query holder(connection, "SELECT room, name, access, user, device FROM room_names WHERE name_key = ?");
    auto row = holder.with_text(key).step();
    if (!row) return row.error();
    if (!*row) return errc::name_taken;  // the room holds another name
    return NameReservation{holder.id<model::RoomId>(0), std::string(holder.text(1)),
                           static_cast<model::Access>(holder.int64(2)), holder.id<model::UserId>(3),
                           model::DeviceId{holder.uint64(4)}};
  });
}

result<void> write_read_markers_blocking(Connection& connection, std::span<const ReadMarker> markers) {
  return in_transaction(connection, Kind::write, [&]() -> result<void> {
    Query query(connection,
                "INSERT INTO read_markers (user, room, seq, mseq) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (user, room) DO UPDATE SET seq = excluded.seq, mseq = excluded.mseq"
                " WHERE excluded.seq > seq");
    for (const ReadMarker& marker : markers) {
      query.restart().with(marker.user).with(marker.room);
      if (auto done = query.with(marker.seq).with(marker.mseq).run(); !done) return done;
    }
    return {};
  });
}

result<std::string> get_or_put_setting_blocking(Connection& connection, std::string_view name, std::string_view value) {
  return in_transaction(connection, Kind::write, [&]() -> result<std::string> {
    Query put(connection, "INSERT INTO settings (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING");
    if (auto done = put.with_text(name).with_blob(value).run(); !done) return done.error();
    Query get(connection, "SELECT value FROM settings WHERE name = ?");
    if (auto row = get.with_text(name).step(); !row) return row.error();
    return std::string(get.blob(0));
  });
}

}  // namespace skat::store::sqlite
