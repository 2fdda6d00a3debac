// Namespace "/": the contract of the ancestor's page. Whoever connects is in the lobby.
#pragma once

#include <string_view>

#include "gateway/room_streams.hpp"
#include "socketio/namespace.hpp"

namespace skat::gateway {

class LoopGateway;

inline constexpr std::string_view kRootLobby = "lobby";  // the Socket.IO room of all its sockets

void register_root_namespace(LoopGateway& gateway, socketio::Namespace& nsp);

// Holds this loop's stream of the lobby open, though no socket of /chat may be in it. What it hears is broadcast to
// kRootLobby by LoopGateway::on_event.
[[nodiscard]] StreamSocketPtr make_lobby_audience(LoopGateway& gateway);
// Opens the stream, and tries again until chat has opened it.
void hear_lobby(LoopGateway& gateway, const StreamSocketPtr& audience);

}  // namespace skat::gateway
