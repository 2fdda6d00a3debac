// Conversation: appends what people ask, with n counted by itself, into the partition that the room belongs to.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "chat/partitioning.hpp"
#include "maintenance/testing/world.hpp"

namespace skat::maintenance::testing {

class Conversation {
 public:
  explicit Conversation(World& given) : world(given) {}

  void create(std::uint8_t room, std::uint8_t user = 1) {
    auto record = next(room, user, model::RecordKind::room_create);
    record.room_name = "room " + std::to_string(room);
    append(record);
  }
  void join(std::uint8_t room, std::uint8_t user) { append(next(room, user, model::RecordKind::member_join)); }
  void leave(std::uint8_t room, std::uint8_t user) { append(next(room, user, model::RecordKind::member_leave)); }
  void say(std::uint8_t room, std::uint8_t user, const std::string& text) {
    auto record = next(room, user, model::RecordKind::message_send);
    record.text = text;
    append(record);
  }
  // The last record once more, as a client repeats it.
  void repeat() { append(last_); }
  void garbage(std::uint8_t room) {
    world.append_bytes(room_id(room).hex(), "{no record", chat::partition_of(room_id(room), 2));
  }
  // Four rooms in two partitions with everything that a log may hold.
  void talk() {
    for (std::uint8_t room = 1; room <= 4; ++room) {
      create(room);
      join(room, 2);
      for (int i = 0; i < 5; ++i) say(room, 2, "hello " + std::to_string(i));
      repeat();
      leave(room, 2);
      say(room, 2, "refused: no member any more");
      garbage(room);
      say(room, 1, "né \"quoted\" 🂡");
    }
  }
  static constexpr std::uint64_t kTalkEvents = 4 * 9;

  World& world;

 private:
  model::Record next(std::uint8_t room, std::uint8_t user, model::RecordKind kind) {
    return {.room = room_id(room),
            .kind = kind,
            .sender = user_id(user),
            .device = model::DeviceId{user},
            .n = model::N{++n_[{room, user}]},
            .name = "Ada",
            .text = {},
            .room_name = {}};
  }
  void append(const model::Record& record) {
    last_ = record;
    world.append(record, chat::partition_of(record.room, 2));
  }

  std::map<std::pair<std::uint8_t, std::uint8_t>, std::uint64_t> n_;
  model::Record last_;
};

}  // namespace skat::maintenance::testing
