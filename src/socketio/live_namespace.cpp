#include "socketio/live_namespace.hpp"

#include <utility>

#include "socketio/json_object.hpp"

namespace skat::socketio {

struct ConnectDecision::State {
  std::shared_ptr<LiveNamespace> nsp;
  std::weak_ptr<LiveSocket> socket;  // emptied by the first decision
  std::size_t next = 0;

  std::shared_ptr<LiveSocket> take_connecting() {
    auto taken = std::exchange(socket, {}).lock();
    return taken && taken->state() == LiveSocket::State::connecting ? taken : nullptr;
  }
};

void ConnectDecision::accept() const {
  if (const auto socket = state_->take_connecting()) state_->nsp->ask_from(state_->next, socket);
}

void ConnectDecision::refuse(ConnectError error) const {
  if (const auto socket = state_->take_connecting()) socket->refuse(error.message, error.data_json);
}

LiveNamespace::LiveNamespace(std::string name, base::Executor& loop, const Config& config, ClusterLink& cluster)
    : name_(std::move(name)), cluster_(cluster), context_(*this, loop, config) {}

std::optional<RecoveryStore::Taken> LiveNamespace::take_lost(std::string_view auth_json) {
  if (!context_.recovery) return std::nullopt;
  const auto pid = json_string_member(auth_json, "pid"), offset = json_string_member(auth_json, "offset");
  if (!pid || !offset) return std::nullopt;
  auto taken = context_.recovery->take(*pid, *offset);
  // What cannot be sent again makes a new socket, before anybody has seen it.
  if (taken && !context_.recovery->missed(taken->session, taken->seen)) return std::nullopt;
  return taken;
}

void LiveNamespace::admit(const std::shared_ptr<LiveSocket>& socket) {
  const bool skips = socket->recovered() && context_.config.recovery->skip_middlewares;
  ask_from(skips ? middlewares_.size() : 0, socket);
}

void LiveNamespace::ask_from(std::size_t index, const std::shared_ptr<LiveSocket>& socket) {
  if (index < middlewares_.size()) {
    ConnectDecision decision(
        std::make_shared<ConnectDecision::State>(ConnectDecision::State{shared_from_this(), socket, index + 1}));
    middlewares_[index](*socket, std::move(decision));
    return;
  }
  socket->open();
  if (socket->connected() && on_connection_) on_connection_(socket);
}

void LiveNamespace::use(base::Function<void(Socket&, ConnectDecision)> middleware) {
  middlewares_.push_back(std::move(middleware));
}

void LiveNamespace::on_connection(base::Function<void(const std::shared_ptr<Socket>&)> handler) {
  on_connection_ = std::move(handler);
}

namespace {

template <class Handler>
std::shared_ptr<Handler> share(Handler handler) {
  return handler ? std::make_shared<Handler>(std::move(handler)) : nullptr;
}

}  // namespace

void LiveNamespace::on(std::string_view event, EventHandler handler) {
  context_.handlers.on.set(event, std::move(handler));
}

void LiveNamespace::on_event(EventHandler handler) {
  context_.handlers.on_event = share(std::move(handler));
}

void LiveNamespace::on_disconnecting(EndHandler handler) {
  context_.handlers.on_disconnecting = share(std::move(handler));
}

void LiveNamespace::on_disconnect(EndHandler handler) {
  context_.handlers.on_disconnect = share(std::move(handler));
}

void LiveNamespace::on_server_side(std::string_view event, ServerHandler handler) {
  on_server_side_.set(event, std::move(handler));
}

void LiveNamespace::describe_data(base::Function<std::string(const Socket&)> describe) {
  describe_data_ = std::move(describe);
}

void LiveNamespace::broadcast(const Selection& to, engineio::Frame frame) {
  context_.adapter.broadcast(to, frame);
}

void LiveNamespace::broadcast_volatile(const Selection& to, engineio::Frame frame) {
  context_.adapter.broadcast_volatile(to, frame);
}

void LiveNamespace::broadcast(const RoomName& room, const engineio::Frame& frame) {
  context_.adapter.broadcast(room, frame);
}

std::vector<std::shared_ptr<Socket>> LiveNamespace::sockets(const Selection& of) const {
  std::vector<std::shared_ptr<Socket>> out;
  for (Recipient* recipient : context_.adapter.select(of)) {
    out.push_back(static_cast<LiveSocket*>(recipient)->shared_from_this());
  }
  return out;
}

std::shared_ptr<Socket> LiveNamespace::find(std::string_view id) const {
  Recipient* recipient = context_.adapter.find(id);
  return recipient == nullptr ? nullptr : static_cast<LiveSocket*>(recipient)->shared_from_this();
}

}  // namespace skat::socketio
