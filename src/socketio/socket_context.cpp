#include "socketio/socket_context.hpp"

#include "base/logger.hpp"
#include "socketio/encoder.hpp"
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

std::vector<engineio::Frame> SocketContext::make_event(const Selection& to, std::string_view event,
                                                       std::string_view args_json,
                                                       const std::vector<std::string>& attachments) {
  if (!recovery) {
    return make_frames(encode_event_text(nsp_name, std::nullopt, event, args_json, attachments.size()), attachments);
  }
  std::string args(args_json);
  if (!args.empty()) args += ',';
  args += '"' + recovery->next_offset() + '"';
  auto frames = make_frames(encode_event_text(nsp_name, std::nullopt, event, args, attachments.size()), attachments);
  recovery->append(to, frames);
  return frames;
}

std::vector<engineio::Frame> make_frames(std::string_view text, const std::vector<std::string>& attachments) {
  std::vector<engineio::Frame> frames;
  frames.reserve(attachments.size() + 1);
  frames.push_back(engineio::make_text_frame(text));
  for (const auto& bytes : attachments) frames.push_back(engineio::make_binary_frame(bytes));
  return frames;
}

}  // namespace skat::socketio
