#include "chat/settings_file.hpp"

#include <gtest/gtest.h>

#include <string>

namespace skat::chat {
namespace {

SettingsFile make_file() {
  return {"log-1", {{"partitioning", "xxh64 % 4096 % 12"}, {"server_secret", "00ff"}}};
}

TEST(SettingsFile, ComesBackAsItWasWritten) {
  const auto [file, problem] = decode_settings_file(encode_settings_file(make_file()));
  ASSERT_TRUE(file) << problem;
  EXPECT_EQ(*file, make_file());
  EXPECT_TRUE(decode_settings_file(encode_settings_file({"log-1", {}})).file);
}

TEST(SettingsFile, AValueMayHoldAnythingButALinesEnd) {
  const SettingsFile file{"", {{"a", ""}, {"b", " = sha256 log "}}};
  const auto read = decode_settings_file(encode_settings_file(file));
  ASSERT_TRUE(read.file) << read.problem;
  EXPECT_EQ(*read.file, file);
}

TEST(SettingsFile, CutOffAnywhereIsRefused) {
  const auto bytes = encode_settings_file(make_file());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto [file, problem] = decode_settings_file(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(file) << size;
    ASSERT_NE(problem, nullptr) << size;
  }
  EXPECT_FALSE(decode_settings_file(bytes + "x").file);
}

TEST(SettingsFile, EveryFlippedBitIsRefused) {
  const auto bytes = encode_settings_file(make_file());
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    auto damaged = bytes;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
    ASSERT_FALSE(decode_settings_file(damaged).file) << i;
  }
}

TEST(SettingsFile, OfAnotherVersionIsToldFromDamage) {
  auto bytes = encode_settings_file(make_file());
  bytes.replace(bytes.find('1'), 1, "2");
  EXPECT_STREQ(decode_settings_file(bytes).problem, "another version of Skat wrote it");
}

}  // namespace
}  // namespace skat::chat
