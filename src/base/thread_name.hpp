// Names the calling thread for top, gdb and perf; cut at 15 bytes as Linux wants it.
#pragma once

#include <string_view>

namespace skat::base {
void name_this_thread(std::string_view name);
}  // namespace skat::base
