#include "gateway/root_namespace.hpp"

#include <memory>
#include <string>
#include <utility>

#include "gateway/errc.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/participant.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {
namespace {

constexpr std::size_t kMessageName = kRequestNames.size() - 2;
constexpr std::size_t kUnknownName = kRequestNames.size() - 1;

void hear_lobby_later(LoopGateway& gateway, std::weak_ptr<StreamSocket> audience) {
  // The id is not kept: the timer ends with the loop.
  (void)gateway.loop().after(gateway.config().lobby_retry, [&gateway, audience = std::move(audience)] {
    if (const auto there = audience.lock()) hear_lobby(gateway, there);
  });
}

class LobbyAudience final : public StreamSocket, public std::enable_shared_from_this<LobbyAudience> {
 public:
  explicit LobbyAudience(LoopGateway& gateway) : gateway_(gateway) {}
  void send(const engineio::Frame&) override {}
  void join(const std::string&) override {}
  void leave(const std::string&) override {}
  // Messages without numbers: nothing can be loaded again; only what comes is heard.
  void resync(const model::RoomId&, std::string_view) override { hear_lobby_later(gateway_, weak_from_this()); }

 private:
  LoopGateway& gateway_;
};

void on_message(LoopGateway& gateway, std::string_view json, Reply reply) {
  auto text = gateway.parser().root_message(json);
  if (!text) return reply.error(text.error());
  gateway.core().ask<chat::Accepted>(
      [text = std::move(*text)](chat::Node& node, chat::Done<chat::Accepted> done) mutable {
        node.submit_anonymous(std::move(text), std::move(done));
      },
      [reply = std::move(reply)](const result<chat::Accepted>& accepted) mutable {
        if (!accepted) return reply.error(accepted.error());
        reply.ok(encode_message_sent(*accepted));
      });
}

void on_event(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, const socketio::EventView& event,
              socketio::Ack ack) {
  auto& numbers = gateway.numbers();
  const bool known = event.name == kRequestNames[kMessageName];
  numbers.requests[known ? kMessageName : kUnknownName].add();
  const bool busy = asker->open_requests >= gateway.config().max_open_requests;
  Reply reply(std::move(ack), numbers, asker);
  if (!known) return reply.error(errc::unknown_event);
  if (busy) return reply.error(chat::errc::busy);
  if (event.args.size() != 1 || !event.attachments.empty()) return reply.error(errc::bad_request);
  on_message(gateway, event.args[0], std::move(reply));
}

}  // namespace

void register_root_namespace(LoopGateway& gateway, socketio::Namespace& nsp) {
  nsp.on_connection([&gateway](const std::shared_ptr<socketio::Socket>& socket) {
    const auto asker = std::make_shared<Participant>();  // counts its open requests; has no identity
    gateway.numbers().root_sockets.add();
    socket->join(std::string(kRootLobby));
    socket->on_event([&gateway, asker](const socketio::EventView& event, socketio::Ack ack) {
      on_event(gateway, asker, event, std::move(ack));
    });
    socket->on_disconnect([&gateway](std::string_view) { gateway.numbers().root_sockets.subtract(); });
  });
}

StreamSocketPtr make_lobby_audience(LoopGateway& gateway) {
  return std::make_shared<LobbyAudience>(gateway);
}

void hear_lobby(LoopGateway& gateway, const StreamSocketPtr& audience) {
  gateway.streams().open(audience, model::kAnonymousUser, model::kLobby, std::nullopt,
                         [&gateway, audience](const result<StreamAnswer>& answer) {
                           if (!answer) hear_lobby_later(gateway, audience);
                         });
}

}  // namespace skat::gateway
