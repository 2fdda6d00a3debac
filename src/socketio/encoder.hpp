// Packets to message texts (without the Engine.IO type): R"(2/chat,["event",1])". Pure functions.
// Spec: Socket.IO protocol v5, "Packet encoding".
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "socketio/packet.hpp"

namespace skat::socketio {

// `pid` empty: the key is left out.
[[nodiscard]] std::string encode_connect(std::string_view nsp, std::string_view socket_id, std::string_view pid = {});
// `data_json` empty: the key is left out.
[[nodiscard]] std::string encode_connect_error(std::string_view nsp, std::string_view message,
                                               std::string_view data_json);
[[nodiscard]] std::string encode_disconnect(std::string_view nsp);
// `args_json`: comma-separated, without brackets. With attachments, the text that precedes them: type 5.
[[nodiscard]] std::string encode_event_text(std::string_view nsp, std::optional<AckId> ack_id, std::string_view event,
                                            std::string_view args_json, std::size_t attachments = 0);
// As above; with attachments type 6.
[[nodiscard]] std::string encode_ack_text(std::string_view nsp, AckId ack_id, std::string_view args_json,
                                          std::size_t attachments = 0);

}  // namespace skat::socketio
