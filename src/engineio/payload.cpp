#include "engineio/payload.hpp"

#include "base/encoding.hpp"

namespace skat::engineio {

std::optional<Packet> PayloadReader::next() {
  if (ended_) return std::nullopt;
  std::optional<Packet> packet;
  const std::size_t end = rest_.find(kRecordSeparator);
  if (packets_left_ > 0) {
    --packets_left_;
    packet = decode_packet(rest_.substr(0, end), scratch_);
  }
  if (!packet) failed_ = true;
  if (failed_ || end == std::string_view::npos) {
    ended_ = true;
  } else {
    rest_.remove_prefix(end + 1);
  }
  return packet;
}

std::size_t polling_bytes(const FrameData& frame) noexcept {
  const std::size_t bytes = frame.payload().size();
  return frame.binary ? 1 + (bytes + 2) / 3 * 4 : bytes;
}

std::string join_payload(std::span<const Frame> frames) {
  std::size_t bytes = frames.size();
  for (const Frame& frame : frames) bytes += polling_bytes(*frame);
  std::string body;
  body.reserve(bytes);
  for (const Frame& frame : frames) {
    if (!body.empty()) body.push_back(kRecordSeparator);
    if (frame->binary) {
      body.push_back('b');
      body.append(base::to_base64(frame->payload()));
    } else {
      body.append(frame->payload());
    }
  }
  return body;
}

}  // namespace skat::engineio
