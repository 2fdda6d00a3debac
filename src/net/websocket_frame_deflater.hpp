// FrameDeflater: compresses the frames a server sends, each once however many connections of the loop get it.
// Lives on: its loop. Memory: MessageDeflater's, and until the turn ends the last kRemembered frames.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/bytes.hpp"
#include "net/websocket_deflate.hpp"

namespace skat::net {

struct LoopStats;

class FrameDeflater {
 public:
  explicit FrameDeflater(LoopStats& stats) : stats_(stats) {}

  // `frame`: a whole frame of a server. What leaves in its place: `frame` itself when it carries no message, or one of
  // less than `min_bytes`, or one that does not get smaller; else the compressed frame, within a turn the same object
  // for the same object. `window_bits`: MessageDeflater's.
  [[nodiscard]] base::SharedBytes deflate(base::SharedBytes frame, std::uint8_t window_bits, std::size_t min_bytes);
  // Forgets the frames of this turn.
  void end_turn() noexcept;

 private:
  // Limit: when more than these go to one receiver after the other (a message with its attachments), they are
  // compressed again for each.
  static constexpr std::size_t kRemembered = 16;
  struct Remembered {
    base::SharedBytes frame;  // held, so that its address stays its own
    std::uint8_t window_bits = 0;
    base::SharedBytes result;
  };

  LoopStats& stats_;
  MessageDeflater deflater_;
  std::array<Remembered, kRemembered> remembered_;
  std::size_t used_ = 0, next_ = 0;  // of remembered_
};

}  // namespace skat::net
