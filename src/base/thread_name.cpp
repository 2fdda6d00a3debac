#include "base/thread_name.hpp"

#include <pthread.h>

#include <string>

namespace skat::base {

void name_this_thread(std::string_view name) {
  constexpr std::size_t kLinuxLimit = 15;
  ::pthread_setname_np(::pthread_self(), std::string(name.substr(0, kLinuxLimit)).c_str());
}

}  // namespace skat::base
