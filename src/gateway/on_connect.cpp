// CONNECT to /chat: a name makes a guest, a token comes back as the one it was issued to.
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"
#include "gateway/wire_error.hpp"

namespace skat::gateway {
namespace {

void refuse(const socketio::ConnectDecision& decision, const error_code& error) {
  decision.refuse({std::string(to_wire(error).code), encode_error_object(error)});
}

}  // namespace

void on_connect(LoopGateway& gateway, socketio::Socket& socket, socketio::ConnectDecision decision) {
  auto credentials = gateway.parser().connect(socket.auth_json());
  if (!credentials) {
    gateway.numbers().refused.add();
    return refuse(decision, credentials.error());
  }
  const auto participant = std::make_shared<Participant>();
  socket.data = participant;
  gateway.core().ask<chat::Welcome>(
      [credentials = std::move(*credentials)](chat::Node& node, chat::Done<chat::Welcome> done) mutable {
        node.authenticate(std::move(credentials), std::move(done));
      },
      [&gateway, participant, decision = std::move(decision)](result<chat::Welcome> welcome) {
        if (!welcome) {
          gateway.numbers().refused.add();
          return refuse(decision, welcome.error());
        }
        participant->welcome_json = encode_welcome(*welcome, gateway.config().version, base::wall_now());
        participant->who = std::move(welcome->identity);
        decision.accept();  // chat_namespace's connection handler goes on
      });
}

}  // namespace skat::gateway
