// What an event, a room and a whole store hash to (docs/maintenance.md, "Hashes"). Equal bytes in the store give equal
// hashes, whichever store it is; one byte more or less gives others.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "model/event.hpp"

namespace skat::maintenance {

using Digest = std::array<std::uint8_t, 16>;  // the first half of a SHA-256

[[nodiscard]] std::string to_hex(const Digest& digest);

// Hasher: SHA-256 with one context for all calls. Lives on: one thread.
class Hasher {
 public:
  Hasher();
  ~Hasher();
  Hasher(const Hasher&) = delete;
  Hasher& operator=(const Hasher&) = delete;

  [[nodiscard]] Digest of(std::string_view bytes);
  [[nodiscard]] Digest of(const model::Event& event);
  // The rolling hash of a room: `before` with one event more; begins as sixteen zero bytes.
  [[nodiscard]] Digest roll(const Digest& before, const Digest& event);
  // The rolling hash of a store: with one room more, rooms ascending by id.
  [[nodiscard]] Digest roll(const Digest& before, const model::RoomId& room, model::Seq head, const Digest& hash);

 private:
  struct Context;
  std::unique_ptr<Context> context_;
  std::string bytes_;  // kept for its capacity
};

}  // namespace skat::maintenance
