// People: whose sockets this loop has, how available they say they are and which rooms they have open, reported to
// chat: what changed within kReportAfter goes in one task.
// Lives on: one loop.
// Ends by: destruction, which reports nothing.
// Rule: a report says how it is now, so one that a full "core.requests" refuses is made again later.
#pragma once

#include <chrono>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "chat/presence.hpp"

namespace skat::gateway {

class People {
 public:
  // False: not taken.
  using Report = base::Function<bool(std::vector<chat::PersonHere>)>;
  using Key = const void*;  // a socket, as long as it is here

  People(base::Executor& loop, Report report) : loop_(loop), report_(std::move(report)) {}
  ~People();
  People(const People&) = delete;
  People& operator=(const People&) = delete;

  // Of a socket that is not here nothing happens.
  void enter(Key socket, const chat::Identity& who);
  void leave(Key socket);
  void set(Key socket, chat::Presence presence);
  [[nodiscard]] chat::Presence presence(Key socket) const;
  // The socket has the room's stream open, or not any more.
  void open(Key socket, const model::RoomId& room);
  void close(Key socket, const model::RoomId& room);

  void report_now();

  static constexpr std::chrono::milliseconds kReportAfter{100};

 private:
  struct Socket {
    model::UserId user;
    chat::Presence presence;
    std::unordered_set<model::RoomId, model::Id128Hash> rooms;  // Limit: Config::max_streams_per_socket
  };
  struct User {
    std::string name;
    std::vector<Key> sockets;
  };

  void touch(const model::UserId& user);
  void arm();
  [[nodiscard]] chat::PersonHere describe(const model::UserId& user) const;

  // set at construction
  base::Executor& loop_;
  Report report_;

  // loop only
  std::unordered_map<Key, Socket> sockets_;
  std::unordered_map<model::UserId, User, model::Id128Hash> users_;
  std::unordered_set<model::UserId, model::Id128Hash> changed_;
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
};

}  // namespace skat::gateway
