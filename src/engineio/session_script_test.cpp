// The rules of sessions over scripts: those of the corpus, and any.
#include "engineio/testing/session_script.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>
#include <string>

namespace skat::engineio {
namespace {

TEST(SessionScript, TheFuzzersCorpusKeepsTheRules) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(SKAT_CORPUS "/session")) {
    std::ifstream in(file.path(), std::ios::binary);
    testing::play_session_script(std::string(std::istreambuf_iterator<char>(in), {}));
    ++files;
  }
  EXPECT_GE(files, 9U);
}

TEST(SessionScript, AnyScriptKeepsTheRules) {
  std::mt19937 random(4);
  for (int round = 0; round < 3'000; ++round) {
    std::string script(random() % 300, '\0');
    for (char& byte : script) byte = static_cast<char>(random());
    testing::play_session_script(script);
  }
}

}  // namespace
}  // namespace skat::engineio
