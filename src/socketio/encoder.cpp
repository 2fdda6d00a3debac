#include "socketio/encoder.hpp"

#include "base/json_text.hpp"

namespace skat::socketio {
namespace {

constexpr std::size_t kHeaderReserve = 48;  // type, attachments, ack id, brackets, the quotes

// <type>[<attachments>-][<namespace>,][<ack id>], with room for `more_bytes` behind it.
std::string header(PacketType type, std::string_view nsp, std::optional<AckId> ack_id, std::size_t attachments,
                   std::size_t more_bytes) {
  std::string out;
  out.reserve(kHeaderReserve + nsp.size() + more_bytes);
  out += static_cast<char>('0' + static_cast<int>(type));
  if (attachments > 0) {
    out += std::to_string(attachments);
    out += '-';
  }
  if (nsp != "/") {
    out += nsp;
    out += ',';
  }
  if (ack_id) out += std::to_string(*ack_id);
  return out;
}

}  // namespace

std::string encode_connect(std::string_view nsp, std::string_view socket_id, std::string_view pid) {
  std::string out = header(PacketType::connect, nsp, std::nullopt, 0, socket_id.size() + pid.size());
  out += R"({"sid":")";
  out += socket_id;
  if (!pid.empty()) {
    out += R"(","pid":")";
    out += pid;
  }
  out += R"("})";
  return out;
}

std::string encode_connect_error(std::string_view nsp, std::string_view message, std::string_view data_json) {
  std::string out = header(PacketType::connect_error, nsp, std::nullopt, 0, message.size() + data_json.size());
  out += R"({"message":)";
  base::append_json_string(out, message);
  if (!data_json.empty()) {
    out += R"(,"data":)";
    out += data_json;
  }
  out += '}';
  return out;
}

std::string encode_disconnect(std::string_view nsp) {
  return header(PacketType::disconnect, nsp, std::nullopt, 0, 0);
}

std::string encode_event_text(std::string_view nsp, std::optional<AckId> ack_id, std::string_view event,
                              std::string_view args_json, std::size_t attachments) {
  const PacketType type = attachments > 0 ? PacketType::binary_event : PacketType::event;
  std::string out = header(type, nsp, ack_id, attachments, event.size() + args_json.size());
  out += '[';
  base::append_json_string(out, event);
  if (!args_json.empty()) {
    out += ',';
    out += args_json;
  }
  out += ']';
  return out;
}

std::string encode_ack_text(std::string_view nsp, AckId ack_id, std::string_view args_json, std::size_t attachments) {
  const PacketType type = attachments > 0 ? PacketType::binary_ack : PacketType::ack;
  std::string out = header(type, nsp, ack_id, attachments, args_json.size());
  out += '[';
  out += args_json;
  out += ']';
  return out;
}

}  // namespace skat::socketio
