#include "base/latest.hpp"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace skat::base {
namespace {

TEST(Latest, GivesEveryReaderAWholeValue) {
  const std::string first(100, 'a'), second(200, 'b');
  Latest<std::string> latest(first);
  std::thread writer([&] {
    for (int i = 0; i < 5'000; ++i) latest.set(i % 2 == 0 ? second : first);
  });
  for (int i = 0; i < 5'000; ++i) {
    const auto seen = latest.get();
    ASSERT_TRUE(seen == first || seen == second);
  }
  writer.join();
  EXPECT_EQ(latest.get(), first);
}

}  // namespace
}  // namespace skat::base
