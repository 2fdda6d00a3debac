// Namespace "/chat": who may come in, and which handler takes which event.
#pragma once

#include "socketio/namespace.hpp"

namespace skat::gateway {

class LoopGateway;

void register_chat_namespace(LoopGateway& gateway, socketio::Namespace& nsp);

}  // namespace skat::gateway
