#include "gateway/people.hpp"

#include <utility>

namespace skat::gateway {

People::~People() {
  loop_.cancel(timer_);
}

void People::enter(const model::UserId& user) {
  if (++sockets_[user] == 1) touch(user);
}

void People::leave(const model::UserId& user) {
  const auto found = sockets_.find(user);
  if (found == sockets_.end() || --found->second > 0) return;
  sockets_.erase(found);
  touch(user);
}

void People::touch(const model::UserId& user) {
  changed_.insert(user);
  if (timer_ == base::Executor::TimerId::none) timer_ = loop_.after(kReportAfter, [this] { report(); });
}

void People::report() {
  timer_ = base::Executor::TimerId::none;
  std::vector<chat::PersonHere> people;
  people.reserve(changed_.size());
  for (const auto& user : changed_) people.push_back({user, sockets_.contains(user)});
  if (report_(std::move(people))) {
    changed_.clear();
  } else {
    timer_ = loop_.after(kReportAfter, [this] { report(); });
  }
}

}  // namespace skat::gateway
