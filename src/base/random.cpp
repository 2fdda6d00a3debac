#include "base/random.hpp"

#include <sys/random.h>

#include <cerrno>

#include "base/check.hpp"

namespace skat::base {

void fill_random(std::span<std::byte> out) {
  while (!out.empty()) {
    const auto got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    SKAT_CHECK(got > 0, "the system has no random generator");
    out = out.subspan(static_cast<std::size_t>(got));
  }
}

std::uint64_t random_u64() {
  std::uint64_t value = 0;
  fill_random(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

}  // namespace skat::base
