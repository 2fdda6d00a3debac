// SKAT_FUZZ_TARGET(name) { … } is the body of a <name>_fuzz.cpp. It gets `input`, any bytes, and says by SKAT_CHECK
// what must hold. In the program <name>_fuzz libFuzzer calls it; in the room's unit tests it is the test
// FuzzCorpus.<name>, which runs every file of tests/corpus/<name>. docs/fuzzing.md tells what each target checks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#ifdef SKAT_FUZZER

#define SKAT_FUZZ_TARGET(name)                                                        \
  static void name##_fuzz(std::string_view input);                                    \
  extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) { \
    name##_fuzz({reinterpret_cast<const char*>(data), size});                         \
    return 0;                                                                         \
  }                                                                                   \
  static void name##_fuzz(std::string_view input)

#else

#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace skat::base::testing {

inline void replay_corpus(const char* folder, void (*target)(std::string_view)) {
  std::size_t files = 0;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::fprintf(stderr, "%s\n", file.path().c_str());  // a failed check aborts: the last line is the input
    std::ifstream in(file.path(), std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(in), {}};
    target(input);
    ++files;
  }
  EXPECT_GE(files, 5U) << "seeds are missing from " << folder;
}

}  // namespace skat::base::testing

#define SKAT_FUZZ_TARGET(name)                                                 \
  void name##_fuzz(std::string_view input);                                    \
  TEST(FuzzCorpus, name) {                                                     \
    ::skat::base::testing::replay_corpus(SKAT_CORPUS "/" #name, &name##_fuzz); \
  }                                                                            \
  void name##_fuzz(std::string_view input)

#endif
