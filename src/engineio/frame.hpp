// Frame: one outgoing Engine.IO message, encoded once and shared by every session that gets it, over either transport.
// Layout: an unmasked WebSocket frame (RFC 6455, 5.2) of one Engine.IO message packet. For text the payload after the
// frame header is the polling packet too ("4…"); for binary polling sends "b" + base64 of it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"

namespace skat::engineio {

struct FrameData {
  std::string bytes;             // header + payload
  std::size_t header_bytes = 0;  // 2, 4 or 10
  bool binary = false;

  [[nodiscard]] std::string_view payload() const noexcept { return std::string_view(bytes).substr(header_bytes); }
};

// shared_ptr: the last connection to have written it, on whatever loop, frees it.
using Frame = std::shared_ptr<const FrameData>;

// `text` without the packet type: make_text_frame("2[\"a\"]") is the WebSocket text frame "42[\"a\"]".
[[nodiscard]] Frame make_text_frame(std::string_view text);
[[nodiscard]] Frame make_binary_frame(std::string_view bytes);

// A packet that is no message: `type` is its character ('0' open, '3' pong …).
[[nodiscard]] Frame make_packet_frame(char type, std::string_view data);
// The ping packet: one static frame, whose pointers count no references, so that loops do not contend for it.
[[nodiscard]] Frame ping_frame();
// The same message as base64 in a text frame ("b…"), for a client that cannot take binary frames.
[[nodiscard]] Frame make_base64_frame(const FrameData& binary);

}  // namespace skat::engineio
