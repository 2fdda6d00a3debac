// What happens on each client event: one file on_<event>.cpp a function. All run on the socket's loop.
#pragma once

#include <memory>
#include <string_view>

#include "gateway/participant.hpp"
#include "socketio/namespace.hpp"

namespace skat::gateway {

class LoopGateway;

// The middleware of /chat, and the handler of its connections.
void on_connect(LoopGateway& gateway, socketio::Socket& socket, socketio::ConnectDecision decision);

// A request of /chat: `json` is its one argument, alive until the call returns; the reply may be given later.
using RequestHandler = void (*)(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json,
                                Reply reply);

void on_message_send(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_typing(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_read_mark(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_history_get(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_resume(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_room_join(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_room_leave(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_room_create(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_presence_set(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_presence_get(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);
void on_room_list(LoopGateway&, const std::shared_ptr<Participant>&, std::string_view json, Reply);

}  // namespace skat::gateway
