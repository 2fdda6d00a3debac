// A member of a group that watches itself: nothing is gained twice, nothing lost that was not held, and no partition
// has two holders among those who share a list of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/random.hpp"
#include "log/log.hpp"

namespace skat::log::testing {

// A group of this test alone.
inline std::string new_group() {
  return "group-" + std::to_string(base::random_u64());
}

class GroupMember final : Membership::Listener {
 public:
  using Holders = std::map<Partition, const GroupMember*>;

  GroupMember(Log& log, std::string group, Holders& holders)
      : holders_(holders), membership_(log.join(std::move(group), *this)) {}

  [[nodiscard]] std::size_t held() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(holders_, [this](const auto& each) { return each.second == this; }));
  }
  [[nodiscard]] bool left() const { return left_; }
  void leave() {
    membership_->leave([this] {
      EXPECT_EQ(held(), 0U);
      left_ = true;
    });
  }
  // Goes without a word: who held what is no longer known.
  void vanish() {
    membership_.reset();
    std::erase_if(holders_, [this](const auto& each) { return each.second == this; });
  }

 private:
  void on_gained(std::span<const Partition> partitions) override {
    EXPECT_FALSE(partitions.empty());
    for (const auto partition : partitions) {
      EXPECT_TRUE(holders_.emplace(partition, this).second) << partition.value() << " is held already";
    }
  }
  void on_lost(std::span<const Partition> partitions) override {
    EXPECT_FALSE(partitions.empty());
    for (const auto partition : partitions) {
      const auto found = holders_.find(partition);
      ASSERT_TRUE(found != holders_.end() && found->second == this) << partition.value() << " was not held";
      holders_.erase(found);
    }
  }

  Holders& holders_;
  bool left_ = false;
  std::unique_ptr<Membership> membership_;
};

}  // namespace skat::log::testing
