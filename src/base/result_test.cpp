#include "base/result.hpp"

#include <gtest/gtest.h>

namespace skat {

TEST(Result, CarriesAValueOrAnError) {
  const result<int> good = 3;
  const result<int> bad = error_code(boost::system::errc::make_error_code(boost::system::errc::io_error));
  EXPECT_EQ(good.value(), 3);
  EXPECT_TRUE(bad.has_error());
}

TEST(Condition, IsDistinctFromEveryOther) {
  EXPECT_EQ(make_error_condition(condition::refused), condition::refused);
  EXPECT_NE(make_error_condition(condition::refused), condition::unknown);
  EXPECT_FALSE(make_error_condition(condition::corrupt).message().empty());
}

}  // namespace skat
