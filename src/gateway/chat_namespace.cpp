#include "gateway/chat_namespace.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "chat/errc.hpp"
#include "gateway/errc.hpp"
#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"

namespace skat::gateway {
namespace {

struct Row {
  std::string_view event;
  RequestHandler handler;
};

// In the order of kRequestNames.
constexpr std::array<Row, 11> kHandlers{{
    {"message.send", on_message_send},
    {"typing", on_typing},
    {"read.mark", on_read_mark},
    {"history.get", on_history_get},
    {"resume", on_resume},
    {"room.join", on_room_join},
    {"room.leave", on_room_leave},
    {"room.create", on_room_create},
    {"room.list", on_room_list},
    {"presence.set", on_presence_set},
    {"presence.get", on_presence_get},
}};
constexpr std::size_t kUnknownName = kRequestNames.size() - 1;

void on_event(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, const socketio::EventView& event,
              socketio::Ack ack) {
  auto& numbers = gateway.numbers();
  const bool busy = asker->open_requests >= gateway.config().max_open_requests;
  Reply reply(std::move(ack), numbers, asker);
  for (std::size_t i = 0; i < kHandlers.size(); ++i) {
    if (event.name != kHandlers[i].event) continue;
    numbers.requests[i].add();
    if (busy) return reply.error(chat::errc::busy);
    if (event.args.size() != 1 || !event.attachments.empty()) return reply.error(errc::bad_request);
    return kHandlers[i].handler(gateway, asker, event.args[0], std::move(reply));
  }
  numbers.requests[kUnknownName].add();
  reply.error(errc::unknown_event);
}

void on_connection(LoopGateway& gateway, const std::shared_ptr<socketio::Socket>& socket) {
  const auto participant = std::static_pointer_cast<Participant>(socket->data);
  participant->socket = socket;
  gateway.numbers().chat_sockets.add();
  socket->join(user_room(participant->who.user));
  participant->people = &gateway.people();
  participant->people->enter(participant.get(), participant->who);
  socket->on_event([&gateway, participant](const socketio::EventView& event, socketio::Ack ack) {
    on_event(gateway, participant, event, std::move(ack));
  });
  socket->on_disconnect([&gateway, participant](std::string_view) {
    gateway.numbers().chat_sockets.subtract();
    gateway.streams().drop(participant);
    gateway.people().leave(participant.get());
  });
  socket->emit("welcome", std::exchange(participant->welcome_json, {}));
}

}  // namespace

void register_chat_namespace(LoopGateway& gateway, socketio::Namespace& nsp) {
  nsp.use([&gateway](socketio::Socket& socket, socketio::ConnectDecision decision) {
    on_connect(gateway, socket, std::move(decision));
  });
  nsp.on_connection([&gateway](const std::shared_ptr<socketio::Socket>& socket) { on_connection(gateway, socket); });
}

}  // namespace skat::gateway
