// PresenceLink: presence over the bus. Says who of this node is in a room, hears it of others, asks where something may
// be missing; drops what a node has said when it says goodbye or its lease ends.
// Lives on: the core executor.
// Ends by: close(), destruction.
// Rule: ephemeral. A lost message is noticed by the sender's next lease, which names the rooms' newest versions; what a
// node does not confirm when asked ends with a lease's time.
#pragma once

#include <deque>
#include <unordered_map>
#include <unordered_set>

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "chat/config.hpp"
#include "chat/lifetime.hpp"
#include "chat/presence_leases.hpp"
#include "chat/presence_message.hpp"
#include "chat/presence_rooms.hpp"

namespace skat::chat {

class PresenceLink {
 public:
  PresenceLink(const Config& config, base::Executor& core, bus::Bus& bus, Incarnation self, PresenceRooms& rooms);
  PresenceLink(const PresenceLink&) = delete;
  PresenceLink& operator=(const PresenceLink&) = delete;

  // Without config.live there are no others, and nothing is said.
  void start();
  void close();

  // The room has people here: hears what others say of it, and asks who is there.
  void open(const model::RoomId& room);
  void close_room(const model::RoomId& room);
  // This person of this node came, changed or left.
  void say(const model::RoomId& room, const model::UserId& user);

  void on_room_message(const model::RoomId& room, std::string_view payload);
  void on_message(std::string_view payload);
  // Messages of both ways are missing.
  void on_bus_up();

  static constexpr std::chrono::seconds kSayEvery{1};             // between two messages about one room
  static constexpr std::chrono::milliseconds kAnswerWithin{200};  // at random, so that not all answer at once
  static constexpr std::size_t kMaxLeaseRooms = 1'000;            // named in a lease; more: `all`
  static constexpr std::chrono::milliseconds kAskEvery{50};       // kQuestions of the rooms that wait to be asked for
  static constexpr std::size_t kQuestions = 200;
  static constexpr std::size_t kMaxEntries = 500'000;  // of all rooms; others' people beyond are counted only

 private:
  // What is known of another node in a room.
  struct Source {
    std::uint64_t version = 0;
    std::optional<base::SteadyTime> doubted;  // asked since then
  };
  struct Place {
    std::unordered_map<Incarnation, Source> sources;
    std::unordered_set<model::UserId, model::Id128Hash> changed;  // to be said
    bool whole = true;                                            // everybody is to be said
    std::uint64_t version = 0;                                    // said last
    base::SteadyTime said{};
    bool waiting = false;  // a timer will say
    bool asking = false;   // a question is on its way
  };

  void say_in_time(const model::RoomId& room, Place& place, base::Duration at_least);
  void say_now(const model::RoomId& room);
  [[nodiscard]] base::Bytes make_message(const model::RoomId& room, Place& place);
  void renew();
  void end_doubts();
  void ask(const model::RoomId& room, Place& place);
  void ask_next();
  void doubt(const model::RoomId& room, Place& place, Incarnation node);
  void doubt_everywhere(Incarnation node);
  void drop_everywhere(Incarnation node);
  void on_people(const model::RoomId& room, Place& place, const PresencePeople& message);
  void on_lease(const PresenceLease& lease);

  // set at construction
  const Config& config_;
  base::Executor& core_;
  bus::Bus& bus_;
  Incarnation self_;
  PresenceRooms& rooms_;

  PresenceLeases leases_;
  std::unordered_map<model::RoomId, Place, model::Id128Hash> places_;
  std::unordered_map<model::RoomId, std::uint64_t, model::Id128Hash> fresh_;  // said since the last lease
  std::deque<model::RoomId> to_ask_;
  std::uint64_t version_ = 0, lease_ = 0;
  bool pacing_ = false;  // a question was asked less than kAskEvery ago
  bool closed_ = false;
  Lifetime lifetime_;
};

}  // namespace skat::chat
