// Random bytes from the system's generator (getrandom(2)); never from a seeded engine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace skat::base {

// Fills `out`; aborts the process if the system has no generator.
void fill_random(std::span<std::byte> out);
[[nodiscard]] std::uint64_t random_u64();

}  // namespace skat::base
