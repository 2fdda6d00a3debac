// Failpoints: places where a test makes this process die, stop, fail or dawdle. Compiled to nothing unless
// SKAT_FAILPOINTS is defined. From the environment: SKAT_FAILPOINT=name:action[:nth][,name:action[:nth]…]
//   kill   SIGKILL, as a power switch would          error  the caller behaves as if what follows had failed
//   pause  SIGSTOP, until somebody sends SIGCONT     delay  sleeps kFailpointDelay
// nth counts passes from 1 and acts on that one only; without it the action happens on every pass.
#pragma once

#ifdef SKAT_FAILPOINTS

#include <chrono>
#include <string_view>

namespace skat::base {

inline constexpr std::chrono::milliseconds kFailpointDelay{200};

// Any thread. True: behave as if what follows had failed.
[[nodiscard]] bool pass_failpoint(std::string_view name);

// Replaces what the environment said; for tests, while no other thread passes a failpoint. False: not understood, and
// nothing is set. (The same mistake in the environment aborts the process: a fault that never bites proves nothing.)
[[nodiscard]] bool set_failpoints(std::string_view specification);

}  // namespace skat::base

#define SKAT_FAILPOINT(name) ::skat::base::pass_failpoint(name)
#else
#define SKAT_FAILPOINT(name) false
#endif
