#include "store/errc.hpp"

#include <gtest/gtest.h>

namespace skat::store {
namespace {

TEST(StoreErrc, EachCodeSaysWhatACallerMayDo) {
  EXPECT_EQ(error_code(errc::busy), condition::retryable);
  EXPECT_EQ(error_code(errc::unavailable), condition::retryable);
  EXPECT_EQ(error_code(errc::name_taken), condition::refused);
  EXPECT_EQ(error_code(errc::not_found), condition::gone);
  EXPECT_EQ(error_code(errc::data_error), condition::corrupt);
  EXPECT_EQ(error_code(errc::schema), condition::corrupt);
}

TEST(StoreErrc, SupersededIsOfNoCondition) {
  for (const auto c :
       {condition::retryable, condition::unknown, condition::refused, condition::gone, condition::corrupt})
    EXPECT_NE(error_code(errc::superseded), c);
}

}  // namespace
}  // namespace skat::store
