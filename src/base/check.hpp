// SKAT_CHECK: for our own mistakes; stays on in release. Nothing a peer can send may trip it.
#pragma once

namespace skat::base {
[[noreturn]] void check_failed(const char* condition, const char* message, const char* file, int line) noexcept;
}  // namespace skat::base

#define SKAT_CHECK(condition, message)                                     \
  do {                                                                     \
    if (!(condition)) [[unlikely]]                                         \
      ::skat::base::check_failed(#condition, message, __FILE__, __LINE__); \
  } while (false)
