// SoleMembership: the group of a log that one process alone uses; its member holds every partition.
// Lives on: the log's executor. Ends by: destruction, at any time.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/executor.hpp"
#include "log/membership.hpp"

namespace skat::log {

class SoleMembership final : public Membership {
 public:
  SoleMembership(base::Executor& owner, std::uint32_t partitions, Listener& listener)
      : owner_(owner), listener_(listener) {
    for (std::uint32_t i = 0; i < partitions; ++i) partitions_.emplace_back(i);
    later([this] {
      const auto all = partitions_;  // outlives this, if the listener destroys it
      listener_.on_gained(all);
    });
  }

  void leave(base::Function<void()> left) override {
    SKAT_CHECK(!left_, "Membership::leave() was called twice");
    left_ = std::move(left);
    later([this] {
      const auto all = partitions_;
      listener_.on_lost(all);
    });
    later([this] { std::exchange(left_, [] {})(); });
  }

 private:
  void later(base::Executor::Task task) {
    owner_.post([alive = std::weak_ptr(alive_), task = std::move(task)]() mutable {
      if (!alive.expired()) task();
    });
  }

  base::Executor& owner_;
  Listener& listener_;
  std::vector<Partition> partitions_;
  base::Function<void()> left_;
  std::shared_ptr<int> alive_ = std::make_shared<int>(0);  // posted turns find it gone
};

}  // namespace skat::log
