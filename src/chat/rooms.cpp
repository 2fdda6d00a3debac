#include "chat/rooms.hpp"

#include <algorithm>
#include <map>
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
    // Its name was reserved before it was made: while the store is away, a lobby that is there is enough.
    const bool away = !held && held.error() == store::errc::unavailable;
    if (!held && !away) {
      done(held.error());
    } else if (held && held->room != model::kLobby) {
      done(errc::name_taken);
    } else {
      authority_.facts(
          {}, model::kLobby,
          lifetime_.guard([this, system, wanted, away, done = std::move(done)](const result<RoomFacts>& facts) mutable {
            if (!facts || facts->view || away) {
              const bool there = facts && facts->view;
              done(there ? result<void>{} : result<void>(facts ? store::errc::unavailable : facts.error()));
              return;
            }
            append_create(system, wanted, [done = std::move(done)](const result<RoomInfo>& made) mutable {
              done(made ? result<void>{} : result<void>(made.error()));
            });
          }));
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
  auto on_made = [this, room = name.room, user = who.user,
                  done = std::move(done)](const result<Accepted>& made) mutable {
    if (!made) {
      done(made.error());
      return;
    }
    authority_.facts(user, room, [done = std::move(done)](const result<RoomFacts>& facts) mutable {
      if (facts) {
        done(describe(*facts));
      } else {
        done(errc::unknown);  // made, but nobody can say now what it looks like: a repeat finds it
      }
    });
  };
  submitter_.submit_record(std::move(record), lifetime_.guard(std::move(on_made)));
}

void Rooms::list(std::string after, std::size_t limit, Done<RoomListPage> done) {
  limit = std::clamp<std::size_t>(limit, 1, model::kMaxPageMessages);
  auto on_rows = [this, limit, done = std::move(done)](const result<std::vector<store::RoomRow>>& rows) mutable {
    if (!rows) {
      done(as_unavailable(rows.error()));
      return;
    }
    RoomListPage page;
    if (rows->size() >= limit) page.next = rows->back().name;
    std::vector<model::RoomId> ids;
    for (const store::RoomRow& row : *rows) ids.push_back(row.id);
    auto on_facts = [ids, page = std::move(page), done = std::move(done)](const Authority::Facts& facts) mutable {
      if (!facts.complete) {
        done(errc::unavailable);
        return;
      }
      for (const model::RoomId& id : ids) {
        const auto room = std::ranges::find(facts.rooms, id, &RoomFacts::room);
        if (room != facts.rooms.end() && room->view) page.rooms.push_back(describe(*room));
      }
      done(std::move(page));
    };
    authority_.facts({}, std::move(ids), false, std::move(on_facts));
  };
  directory_.list_rooms(std::move(after), limit, lifetime_.guard(std::move(on_rows)));
}

void Rooms::info(const model::RoomId& room, const model::UserId& user, Done<RoomInfo> done) {
  auto on_facts = [this, room, user, done = std::move(done)](const result<RoomFacts>& facts) mutable {
    if (!facts) {
      done(facts.error());
      return;
    }
    if (!facts->view || (facts->view->access == model::Access::closed && !facts->may_read)) {
      done(errc::unknown_room);
      return;
    }
    auto on_mine = [facts = *facts, done = std::move(done)](const result<std::vector<store::MyRoom>>& mine) mutable {
      Marker stored;
      if (mine) {
        const auto found = std::ranges::find(*mine, facts.room, &store::MyRoom::id);
        if (found != mine->end()) stored = {found->read_seq, found->read_mseq};
      }
      done(describe(facts, stored));
    };
    directory_.rooms_of(user, lifetime_.guard(std::move(on_mine)));
  };
  authority_.facts(user, room, lifetime_.guard(std::move(on_facts)));
}

// The store's list, put right by the folds: who follows a partition also knows the memberships that the store may lack.
void Rooms::of_user(const model::UserId& user, base::Function<void(Mine)> done) {
  auto on_mine = [this, user, done = std::move(done)](const result<std::vector<store::MyRoom>>& stored) mutable {
    std::map<model::RoomId, Marker> markers;
    if (stored) {
      for (const store::MyRoom& room : *stored) markers[room.id] = {room.read_seq, room.read_mseq};
    }
    markers.try_emplace(model::kLobby);
    std::vector<model::RoomId> ids;
    for (const auto& [room, marker] : markers) ids.push_back(room);
    auto on_facts = [in_store = stored.has_value(), markers = std::move(markers),
                     done = std::move(done)](Authority::Facts facts) mutable {
      Mine mine;
      mine.complete = in_store && facts.complete;
      std::ranges::sort(facts.rooms, {},
                        [](const RoomFacts& room) { return std::pair(room.room != model::kLobby, room.room); });
      for (const RoomFacts& room : facts.rooms) {
        if (room.may_read) mine.rooms.push_back(describe(room, markers[room.room]));
      }
      done(std::move(mine));
    };
    authority_.facts(user, std::move(ids), true, std::move(on_facts));
  };
  directory_.rooms_of(user, lifetime_.guard(std::move(on_mine)));
}

}  // namespace skat::chat
