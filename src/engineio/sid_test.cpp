#include "engineio/sid.hpp"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace skat::engineio {
namespace {

TEST(Sid, NamesItsNodeAndLoop) {
  for (std::size_t loop = 0; loop < kMaxLoops; ++loop) {
    for (const unsigned node : {0u, 1u, 0x1234u, 0xff00u, 0xffffu}) {
      const SidOwner owner{static_cast<NodeTag>(node), loop};
      EXPECT_EQ(owner_of(make_sid(owner).text()), owner);
    }
  }
}

TEST(Sid, IsTwentyUrlSafeCharactersAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) {
    const std::string sid(make_sid({NodeTag{7}, 3}).text());
    EXPECT_EQ(sid.size(), 20u);
    EXPECT_EQ(sid.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    seen.insert(sid);
  }
  EXPECT_EQ(seen.size(), 1'000u);
}

TEST(Sid, EachOfItsCharactersVaries) {
  std::array<std::set<char>, 20> seen;
  for (int i = 0; i < 300; ++i) {
    const Sid sid = make_sid({});
    for (std::size_t at = 0; at < seen.size(); ++at) seen[at].insert(sid.chars[at]);
  }
  for (const auto& characters : seen) EXPECT_GT(characters.size(), 30u);
}

TEST(Sid, RefusesWhatIsNoSid) {
  for (const char* text :
       {"", "abc", "__proto__", "AAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAAAA", "AAAAAAAAAAAAAAAAAAA="}) {
    EXPECT_FALSE(owner_of(text)) << text;
  }
}

}  // namespace
}  // namespace skat::engineio
