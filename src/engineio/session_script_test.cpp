// The rules of sessions over any script; those of the corpus are session_fuzz.cpp's.
#include "engineio/testing/session_script.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace skat::engineio {
namespace {

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
