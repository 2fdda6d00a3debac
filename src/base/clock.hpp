// Two clocks: steady time for timers, wall time (UTC, milliseconds since 1970) for people.
#pragma once

#include <chrono>
#include <cstdint>

namespace skat::base {

using SteadyTime = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

// Milliseconds since 1970-01-01T00:00Z.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

inline WallTime wall_now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}
inline std::int64_t to_millis(WallTime t) {
  return t.time_since_epoch().count();
}
inline WallTime from_millis(std::int64_t ms) {
  return WallTime{std::chrono::milliseconds{ms}};
}

}  // namespace skat::base
