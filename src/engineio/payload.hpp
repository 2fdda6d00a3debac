// Payload: the packets of one polling body, joined by the byte 0x1E.
// Spec: Engine.IO protocol v4, "Polling payload".
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engineio/frame.hpp"
#include "engineio/packet.hpp"

namespace skat::engineio {

inline constexpr char kRecordSeparator = '\x1e';

// PayloadReader: splits a POST body packet by packet, so that a body of half a million packets costs nothing before the
// session that refuses one of them has ended.
class PayloadReader {
 public:
  // Limit: `max_packets`; a body with more fails at the first one too many.
  PayloadReader(std::string_view body, std::size_t max_packets) : rest_(body), packets_left_(max_packets) {}

  // The next packet, whose data lives until the next call. nullopt: the end, or a parse error.
  [[nodiscard]] std::optional<Packet> next();
  [[nodiscard]] bool failed() const noexcept { return failed_; }

 private:
  std::string_view rest_;
  std::size_t packets_left_;
  bool ended_ = false, failed_ = false;
  std::string scratch_;
};

// What a frame adds to a polling body, without a separator.
[[nodiscard]] std::size_t polling_bytes(const FrameData& frame) noexcept;
// The body that carries all of `frames`.
[[nodiscard]] std::string join_payload(std::span<const Frame> frames);

}  // namespace skat::engineio
