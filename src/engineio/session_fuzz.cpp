// Any order of events keeps the rules of sessions: testing/session_script.cpp.
#include <string_view>

#include "base/testing/fuzz_target.hpp"
#include "engineio/testing/session_script.hpp"

SKAT_FUZZ_TARGET(session) {
  skat::engineio::testing::play_session_script(input);
}
