// Any order of events keeps the rules of sessions: testing/session_script.cpp. tests/corpus/session holds the first
// inputs.
#include <cstddef>
#include <cstdint>

#include "engineio/testing/session_script.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  skat::engineio::testing::play_session_script({reinterpret_cast<const char*>(data), size});
  return 0;
}
