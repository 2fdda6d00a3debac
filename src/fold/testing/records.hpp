// Records as tests write them: short, with every member that matters in one line.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "fold/fold.hpp"
#include "model/record.hpp"

namespace skat::fold::testing {

inline model::RoomId room_id(std::uint8_t i) {
  return model::RoomId{{1, i}};
}
inline model::UserId user_id(std::uint32_t i) {
  return model::UserId{{2, static_cast<std::uint8_t>(i >> 24), static_cast<std::uint8_t>(i >> 16),
                        static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)}};
}

inline model::Record record(model::RecordKind kind, std::uint8_t room, std::uint32_t user, std::uint64_t n,
                            std::uint64_t device = 1) {
  model::Record made;
  made.room = room_id(room);
  made.kind = kind;
  made.sender = user_id(user);
  made.device = model::DeviceId{device};
  made.n = model::N{n};
  made.name = "user " + std::to_string(user);
  return made;
}
inline model::Record create(std::uint8_t room, std::uint32_t user, std::uint64_t n = 1,
                            model::Access access = model::Access::open, std::uint64_t device = 1) {
  auto made = record(model::RecordKind::room_create, room, user, n, device);
  made.room_name = "room " + std::to_string(room);
  made.access = access;
  return made;
}
inline model::Record create_lobby() {
  auto made = create(0, 0);
  made.room = model::kLobby;
  made.sender = model::kSystemUser;
  made.access = model::Access::everyone;
  return made;
}
inline model::Record join(std::uint8_t room, std::uint32_t user, std::uint64_t n, std::uint64_t device = 1) {
  return record(model::RecordKind::member_join, room, user, n, device);
}
inline model::Record leave(std::uint8_t room, std::uint32_t user, std::uint64_t n, std::uint64_t device = 1) {
  return record(model::RecordKind::member_leave, room, user, n, device);
}
inline model::Record send(std::uint8_t room, std::uint32_t user, std::uint64_t n, std::uint64_t device = 1,
                          std::string text = "hello") {
  auto made = record(model::RecordKind::message_send, room, user, n, device);
  made.text = std::move(text);
  return made;
}

inline constexpr model::Epoch kEpoch{7};
inline constexpr base::WallTime kTime{std::chrono::milliseconds{1'700'000'000'000}};

}  // namespace skat::fold::testing
