#include "chat/rooms.hpp"

#include <algorithm>
#include <utility>

#include "chat/errc.hpp"
#include "chat/text_rules.hpp"
#include "model/limits.hpp"
#include "store/errc.hpp"

namespace skat::chat {
namespace {

constexpr std::string_view kLobbyName = "Lobby";
constexpr std::string_view kSystemName = "Skat";
constexpr model::DeviceId kSystemDevice{1};  // fixed, like n: every repeat is a duplicate
constexpr model::N kCreateN{1};

error_code as_unavailable(error_code error) {
  return error == store::errc::busy ? error_code(errc::busy) : error_code(errc::unavailable);
}

}  // namespace

void Rooms::ensure_lobby(Done<void> done) {
  const Identity system{model::kSystemUser, std::string(kSystemName), kSystemDevice};
  const store::NameReservation wanted{model::kLobby, std::string(kLobbyName), model::Access::everyone, system.user,
                                      system.device};
  auto on_reserved = [this, system, wanted,
                      done = std::move(done)](const result<store::NameReservation>& held) mutable {
    if (!held) {
      done(held.error());
    } else if (held->room != model::kLobby) {
      done(errc::name_taken);
    } else if (partitions_.room(model::kLobby)) {
      done({});
    } else {
      append_create(system, wanted, [done = std::move(done)](const result<RoomInfo>& made) mutable {
        done(made ? result<void>{} : result<void>(made.error()));
      });
    }
  };
  directory_.reserve_room_name(wanted, lifetime_.guard(std::move(on_reserved)));
}

void Rooms::create(Identity who, std::string name, model::Access access, Done<RoomInfo> done) {
  if (const auto sound = check_name(name); !sound) {
    done(sound.error());
    return;
  }
  if (access == model::Access::everyone) {
    done(errc::name_taken);  // only the lobby is everyone's, and it has its name
    return;
  }
  const store::NameReservation wanted{model::RoomId::random(), std::move(name), access, who.user, who.device};
  auto on_reserved = [this, who = std::move(who),
                      done = std::move(done)](const result<store::NameReservation>& held) mutable {
    if (!held) {
      done(held.error() == store::errc::name_taken ? error_code(errc::name_taken) : as_unavailable(held.error()));
    } else if (held->user != who.user || held->device != who.device) {
      done(errc::name_taken);
    } else {
      append_create(who, *held, std::move(done));
    }
  };
  directory_.reserve_room_name(wanted, lifetime_.guard(std::move(on_reserved)));
}

void Rooms::append_create(const Identity& who, const store::NameReservation& name, Done<RoomInfo> done) {
  model::Record record;
  record.room = name.room;
  record.kind = model::RecordKind::room_create;
  record.sender = who.user;
  record.device = who.device;
  record.n = kCreateN;
  record.name = who.name;
  record.room_name = name.name;
  record.access = name.access;
  submitter_.submit_record(std::move(record), [this, room = name.room, user = who.user,
                                               done = std::move(done)](const result<Accepted>& made) mutable {
    if (!made) {
      done(made.error());
    } else {
      done(describe(room, user, {}));
    }
  });
}

void Rooms::list(std::string after, std::size_t limit, Done<RoomListPage> done) {
  limit = std::clamp<std::size_t>(limit, 1, model::kMaxPageMessages);
  auto on_rows = [this, limit, done = std::move(done)](const result<std::vector<store::RoomRow>>& rows) mutable {
    if (!rows) {
      done(as_unavailable(rows.error()));
      return;
    }
    RoomListPage page;
    for (const store::RoomRow& row : *rows) {
      if (partitions_.room(row.id)) page.rooms.push_back(describe(row.id, {}, {}));
    }
    if (rows->size() >= limit) page.next = rows->back().name;
    done(std::move(page));
  };
  directory_.list_rooms(std::move(after), limit, lifetime_.guard(std::move(on_rows)));
}

void Rooms::info(const model::RoomId& room, const model::UserId& user, Done<RoomInfo> done) {
  const auto view = partitions_.room(room);
  if (!view || (view->access == model::Access::closed && !partitions_.may_read(room, user))) {
    done(errc::unknown_room);
    return;
  }
  auto on_mine = [this, room, user, done = std::move(done)](const result<std::vector<store::MyRoom>>& mine) mutable {
    ReadMarkers::Marker stored;
    if (mine) {
      const auto found = std::ranges::find(*mine, room, &store::MyRoom::id);
      if (found != mine->end()) stored = {found->read_seq, found->read_mseq};
    }
    done(describe(room, user, stored));
  };
  directory_.rooms_of(user, lifetime_.guard(std::move(on_mine)));
}

void Rooms::of_user(const model::UserId& user, base::Function<void(Mine)> done) {
  auto on_mine = [this, user, changed = recent_.begin(user),
                  done = std::move(done)](const result<std::vector<store::MyRoom>>& stored) mutable {
    done(put_right(user, stored, *changed));
  };
  directory_.rooms_of(user, lifetime_.guard(std::move(on_mine)));
}

Rooms::Mine Rooms::put_right(const model::UserId& user, const result<std::vector<store::MyRoom>>& stored,
                             const std::set<model::RoomId>& changed) const {
  Mine mine;
  mine.complete = stored.has_value();
  std::map<model::RoomId, ReadMarkers::Marker> rooms;
  if (stored) {
    for (const store::MyRoom& room : *stored) rooms[room.id] = {room.read_seq, room.read_mseq};
  }
  for (const model::RoomId& room : changed) rooms.try_emplace(room);
  const auto add = [&](const model::RoomId& room, ReadMarkers::Marker marker) {
    if (partitions_.may_read(room, user)) mine.rooms.push_back(describe(room, user, marker));
  };
  const auto lobby = rooms.extract(model::kLobby);
  add(model::kLobby, lobby ? lobby.mapped() : ReadMarkers::Marker{});
  for (const auto& [room, marker] : rooms) add(room, marker);
  return mine;
}

RoomInfo Rooms::describe(const model::RoomId& room, const model::UserId& user, ReadMarkers::Marker stored) const {
  const auto view = partitions_.room(room);
  const auto marker = markers_.newest(user, room, stored);
  RoomInfo info;
  info.id = room;
  info.epoch = partitions_.epoch(room);
  if (view) {
    info.name = view->name;
    info.access = view->access;
    info.seq = view->seq;
    info.mseq = view->mseq;
    info.members = view->members;
  }
  info.read_seq = std::min(marker.seq, info.seq);
  info.read_mseq = std::min(marker.mseq, info.mseq);
  return info;
}

}  // namespace skat::chat
