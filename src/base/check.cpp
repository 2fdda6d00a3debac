#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace skat::base {

void check_failed(const char* condition, const char* message, const char* file, int line) noexcept {
  std::fprintf(stderr, "skat: internal error: %s (%s) at %s:%d\n", message, condition, file, line);
  std::abort();
}

}  // namespace skat::base
