#include "net/websocket_frame_deflater.hpp"

#include <algorithm>
#include <utility>

#include "net/loop_stats.hpp"
#include "net/websocket_connection.hpp"

namespace skat::net {
namespace {

constexpr unsigned kRsv1 = 0x40;

// Of a frame that is a whole message and not compressed; 0 for any other.
std::size_t message_head_bytes(const base::Bytes& frame) noexcept {
  if (frame.size() < 2) return 0;
  const auto first = static_cast<unsigned char>(frame[0]);
  if (first != 0x81 && first != 0x82) return 0;
  const auto length = static_cast<unsigned char>(frame[1]);
  const std::size_t head_bytes = length < 126 ? 2 : length == 126 ? 4 : 10;
  return frame.size() < head_bytes ? 0 : head_bytes;
}

base::Bytes compressed_frame(char first, const base::Bytes& payload) {
  const std::string header = encode_frame_header(static_cast<std::uint8_t>(first & 0x0f), payload.size());
  base::Bytes frame;
  frame.reserve(header.size() + payload.size());
  frame.append(header).append(payload);
  frame[0] = static_cast<char>(static_cast<unsigned char>(frame[0]) | kRsv1);
  return frame;
}

}  // namespace

base::SharedBytes FrameDeflater::deflate(base::SharedBytes frame, std::uint8_t window_bits, std::size_t min_bytes) {
  const std::size_t head_bytes = message_head_bytes(*frame);
  if (head_bytes == 0 || frame->size() - head_bytes < min_bytes) return frame;
  for (std::size_t i = 0; i < used_; ++i) {
    const Remembered& seen = remembered_[i];
    if (seen.frame == frame && seen.window_bits == window_bits) return seen.result;
  }
  ++stats_.deflated;
  const auto payload = deflater_.deflate(std::string_view(*frame).substr(head_bytes), window_bits);
  base::SharedBytes result = payload ? base::share(compressed_frame(frame->front(), *payload)) : frame;
  remembered_[next_] = {std::move(frame), window_bits, result};
  next_ = (next_ + 1) % kRemembered;
  used_ = std::min(used_ + 1, kRemembered);
  return result;
}

void FrameDeflater::end_turn() noexcept {
  for (std::size_t i = 0; i < used_; ++i) remembered_[i] = {};
  used_ = next_ = 0;
}

}  // namespace skat::net
