#include "socketio/socket_context.hpp"

#include "base/logger.hpp"
#include "socketio/packet.hpp"

namespace skat::socketio {

bool SocketContext::may_send(std::string_view event, std::size_t attachments) const {
  if (is_reserved_event(event)) {
    base::log(base::LogLevel::error, "socketio", "{}: the event name {} is reserved", nsp_name, event);
    return false;
  }
  if (attachments > config.max_attachments) {
    base::log(base::LogLevel::error, "socketio", "{}: {} attachments in one packet", nsp_name, attachments);
    return false;
  }
  return true;
}

std::vector<engineio::Frame> make_frames(std::string_view text, const std::vector<std::string>& attachments) {
  std::vector<engineio::Frame> frames;
  frames.reserve(attachments.size() + 1);
  frames.push_back(engineio::make_text_frame(text));
  for (const auto& bytes : attachments) frames.push_back(engineio::make_binary_frame(bytes));
  return frames;
}

}  // namespace skat::socketio
