#include "engineio/frame.hpp"

#include "base/encoding.hpp"
#include "net/websocket_connection.hpp"

namespace skat::engineio {

namespace {

constexpr std::uint8_t kTextOpcode = 1;
constexpr std::uint8_t kBinaryOpcode = 2;

// `type` is written between header and data; '\0' for none.
Frame make_frame(std::uint8_t opcode, char type, std::string_view data) {
  const std::size_t payload_bytes = data.size() + (type == '\0' ? 0 : 1);
  const std::string header = net::encode_frame_header(opcode, payload_bytes);
  auto frame = std::make_shared<FrameData>();
  frame->bytes.reserve(header.size() + payload_bytes);
  frame->bytes.append(header);
  if (type != '\0') frame->bytes.push_back(type);
  frame->bytes.append(data);
  frame->header_bytes = header.size();
  frame->binary = opcode == kBinaryOpcode;
  return frame;
}

}  // namespace

Frame make_text_frame(std::string_view text) {
  return make_frame(kTextOpcode, '4', text);
}

Frame make_binary_frame(std::string_view bytes) {
  return make_frame(kBinaryOpcode, '\0', bytes);
}

Frame make_packet_frame(char type, std::string_view data) {
  return make_frame(kTextOpcode, type, data);
}

Frame ping_frame() {
  // Never freed: sessions of other threads may still point at it while the process ends.
  static const FrameData& data = *new FrameData{std::string("\x81\x01"
                                                            "2",
                                                            3),
                                                2, false};
  return {std::shared_ptr<void>(), &data};
}

Frame make_base64_frame(const FrameData& binary) {
  return make_frame(kTextOpcode, 'b', base::to_base64(binary.payload()));
}

}  // namespace skat::engineio
