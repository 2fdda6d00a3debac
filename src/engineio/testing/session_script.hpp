// A script of bytes played to the sessions of one table: requests, frames, time and the application's calls, in any
// order. The rules of sessions are checked at every step; a broken one ends the process (SKAT_CHECK).
//
// An event is one byte, modulo the number of events, then its own bytes; what the script lacks is 0. Most events begin
// with the byte of the session they are for. session_script.cpp has the list.
#pragma once

#include <string_view>

namespace skat::engineio::testing {

void play_session_script(std::string_view script);

}  // namespace skat::engineio::testing
