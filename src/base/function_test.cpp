#include "base/function.hpp"

#include <gtest/gtest.h>

#include <array>
#include <memory>

namespace skat::base {

TEST(Function, CallsWhatItHoldsSmallOrLarge) {
  Function<int(int)> small = [](int x) { return x + 1; };
  std::array<int, 64> big{};
  big[63] = 40;
  Function<int(int)> large = [big](int x) { return big[63] + x; };
  EXPECT_EQ(small(1), 2);
  EXPECT_EQ(large(2), 42);
}

TEST(Function, MovesOwnershipAndDestroysOnce) {
  auto counted = std::make_shared<int>(7);
  {
    Function<int()> first = [counted] { return *counted; };
    EXPECT_EQ(counted.use_count(), 2);
    Function<int()> second = std::move(first);
    EXPECT_FALSE(first);
    EXPECT_EQ(second(), 7);
    EXPECT_EQ(counted.use_count(), 2);
    second = nullptr;
    EXPECT_EQ(counted.use_count(), 1);
    second = [counted, padding = std::array<char, 100>{}] { return *counted + padding[0]; };
    EXPECT_EQ(second(), 7);
  }
  EXPECT_EQ(counted.use_count(), 1);
}

TEST(Function, HoldsMoveOnlyCallables) {
  Function<int()> f = [p = std::make_unique<int>(3)] { return *p; };
  EXPECT_EQ(f(), 3);
}

}  // namespace skat::base
