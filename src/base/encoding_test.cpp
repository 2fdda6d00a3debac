#include "base/encoding.hpp"

#include <gtest/gtest.h>

namespace skat::base {

// RFC 4648, section 10.
TEST(Base64, EncodesTheVectorsOfTheRfc) {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, coded] : vectors) {
    EXPECT_EQ(to_base64(plain), coded);
    EXPECT_EQ(from_base64(coded), plain);
  }
}

TEST(Base64, RefusesWhatIsNotStrict) {
  for (const char* bad : {"Zg", "Zg=", "Zg===", "Z", "====", "Zm9v Zm9v", "Zm8-", "Zh==", "Zm9=", "=Zm8"}) {
    EXPECT_FALSE(from_base64(bad)) << bad;
  }
}

TEST(Base64Url, RoundTripsEveryByte) {
  std::string all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  for (std::size_t cut = 250; cut <= all.size(); ++cut) {
    const auto coded = to_base64url(all.substr(0, cut));
    EXPECT_EQ(coded.find_first_of("+/="), std::string::npos);
    EXPECT_EQ(from_base64url(coded), all.substr(0, cut));
  }
}

TEST(Hex, RoundTripsAndRefuses) {
  EXPECT_EQ(to_hex(std::string_view("\x00\xff\x10", 3)), "00ff10");
  EXPECT_EQ(from_hex("00fF10"), std::string("\x00\xff\x10", 3));
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

}  // namespace skat::base
