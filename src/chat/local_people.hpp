// LocalPeople: who has sockets on this node, with the rooms that they have open; one entry of what each loop reports.
// No I/O.
// Lives on: the core executor.
// Rule: what a report lacks (the user, or a room) is kept until let_go(), so that a page that is loaded again, or a
// stream that is opened anew, does not look like a leave.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "chat/presence.hpp"

namespace skat::chat {

class LocalPeople {
 public:
  // How a user now is, and the rooms where he was before or is.
  struct Change {
    PresentPerson person;
    std::vector<model::RoomId> here;  // every room that he is in
    std::vector<model::RoomId> left;
    bool leaving = false;  // let_go() after a moment
  };

  [[nodiscard]] Change report(LoopIndex loop, const PersonHere& person);
  // Forgets what the loop's reports have lacked since `stamp` or longer.
  [[nodiscard]] Change let_go(LoopIndex loop, const model::UserId& user, std::uint64_t stamp);
  // Of the newest report.
  [[nodiscard]] std::uint64_t stamp() const noexcept { return stamp_; }

  [[nodiscard]] std::size_t size() const noexcept { return people_.size(); }

 private:
  struct Open {
    model::RoomId room;
    std::uint64_t missing_since = 0;  // 0: it is open
  };
  struct AtLoop {
    LoopIndex loop = 0;
    Presence presence;
    std::uint64_t missing_since = 0;
    std::vector<Open> rooms;
  };
  struct Person {
    std::string name;
    std::vector<AtLoop> at;
  };

  [[nodiscard]] static std::vector<model::RoomId> rooms_of(const Person& person);
  [[nodiscard]] Change change(const model::UserId& user, const std::vector<model::RoomId>& before);

  // Limit: users with a socket here, and those who had one a moment ago; their open streams.
  std::unordered_map<model::UserId, Person, model::Id128Hash> people_;
  std::uint64_t stamp_ = 0;
};

}  // namespace skat::chat
