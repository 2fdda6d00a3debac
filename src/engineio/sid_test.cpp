#include "engineio/sid.hpp"

#include <gtest/gtest.h>

#include <set>

namespace skat::engineio {
namespace {

TEST(Sid, NamesItsLoop) {
  for (std::size_t loop = 0; loop < kMaxLoops; ++loop) {
    EXPECT_EQ(loop_of(make_sid(loop)), loop);
  }
}

TEST(Sid, IsTwentyUrlSafeCharactersAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const std::string sid = make_sid(3);
    EXPECT_EQ(sid.size(), 20u);
    EXPECT_EQ(sid.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    seen.insert(sid);
  }
  EXPECT_EQ(seen.size(), 1'000u);
}

TEST(Sid, DoesNotShowItsLoop) {
  std::set<char> last;
  for (int i = 0; i < 200; ++i) last.insert(make_sid(0).back());
  EXPECT_GT(last.size(), 1u);
}

TEST(Sid, RefusesWhatIsNoSid) {
  for (const char* text :
       {"", "abc", "__proto__", "AAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAA="}) {
    EXPECT_FALSE(loop_of(text)) << text;
  }
}

}  // namespace
}  // namespace skat::engineio
