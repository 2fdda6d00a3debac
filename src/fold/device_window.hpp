// DeviceWindow: what a room remembers of the n that one device of one sender has used.
// Lives in: RoomState, one per (sender, device). Plain value; 40 bytes, and 240 more while it is wide.
// Ends by: eviction, when the sender uses a seventeenth device.
// Rule: fold version 1, "the window comes before any other rule" (README.md).
//
// Two bits for each of the newest values of n: unseen, accepted, refused, forgotten. It remembers model::kWindowValues
// of them; model::kWideWindowValues while an unseen value lies below the newest 64. What has left the window is
// forgotten for good: widening again brings values back as forgotten, never as unseen, so that no n can be accepted
// twice.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>

#include "model/ids.hpp"
#include "model/limits.hpp"

namespace skat::fold {

class DeviceWindow {
 public:
  enum class Mark : std::uint8_t {
    unseen,
    accepted,
    refused,
    forgotten,  // also every value below the window
  };
  static constexpr std::size_t kNarrowWords = model::kWindowValues / 64;
  static constexpr std::size_t kWords = model::kWideWindowValues / 64;
  static_assert(kNarrowWords == 1, "the newest 64 values are one word");

  // Bit i of word w stands for the value highest − (64·w + i). Of a pair (seen, accepted): 00 unseen, 11 accepted,
  // 10 refused, 01 forgotten.
  struct Words {
    std::array<std::uint64_t, kWords> seen, accepted;
  };

  explicit DeviceWindow(model::DeviceId device) noexcept : device_(device) {}
  // As it was written to a snapshot. nullopt: no sequence of records leads to this state.
  static std::optional<DeviceWindow> restore(model::DeviceId device, model::N highest, const Words& words);

  // 1 ≤ n ≤ model::kMaxN in all three.
  [[nodiscard]] Mark look(model::N n) const noexcept;
  // For an n that is unseen.
  void mark_accepted(model::N n) { mark(n.value(), true); }
  void mark_refused(model::N n) { mark(n.value(), false); }

  [[nodiscard]] model::DeviceId device() const noexcept { return device_; }
  [[nodiscard]] model::N highest() const noexcept { return model::N{highest_}; }
  [[nodiscard]] bool wide() const noexcept { return older_ != nullptr; }
  // Every value from 1 to the highest that the window covers was accepted: the usual state, written in one byte.
  [[nodiscard]] bool all_accepted() const noexcept;
  // In the narrow state the words after the first are all "forgotten".
  [[nodiscard]] Words words() const noexcept;

 private:
  struct Older {
    std::array<std::uint64_t, kWords - 1> seen, accepted;
  };

  void mark(std::uint64_t n, bool accepted);
  void slide(std::uint64_t by);
  void set_words(const Words& words);

  model::DeviceId device_;
  std::uint64_t highest_ = 0;                              // 0: none yet
  std::uint64_t seen_ = 0, accepted_ = ~std::uint64_t{0};  // newest 64; values below 1 are "forgotten"
  std::unique_ptr<Older> older_;                           // the 960 below, while wide
};

}  // namespace skat::fold
