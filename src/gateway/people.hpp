// People: whose sockets this loop has, reported to chat: what changed within kReportAfter goes in one task.
// Lives on: one loop.
// Ends by: destruction, which reports nothing.
// Rule: a report says how it is now, so one that a full "core.requests" refuses is made again later.
#pragma once

#include <chrono>
#include <memory>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "chat/types.hpp"

namespace skat::gateway {

class People {
 public:
  // False: not taken.
  using Report = base::Function<bool(std::vector<chat::PersonHere>)>;

  People(base::Executor& loop, Report report) : loop_(loop), report_(std::move(report)) {}
  ~People();
  People(const People&) = delete;
  People& operator=(const People&) = delete;

  // One socket of the user has come, or has gone.
  void enter(const model::UserId& user);
  void leave(const model::UserId& user);

  static constexpr std::chrono::milliseconds kReportAfter{100};

 private:
  void touch(const model::UserId& user);
  void report();

  // set at construction
  base::Executor& loop_;
  Report report_;

  // loop only
  std::unordered_map<model::UserId, std::size_t, model::Id128Hash> sockets_;
  std::unordered_set<model::UserId, model::Id128Hash> changed_;
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
};

}  // namespace skat::gateway
