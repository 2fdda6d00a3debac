#include "socketio/client.hpp"

#include <algorithm>
#include <utility>

#include "base/logger.hpp"
#include "socketio/encoder.hpp"

namespace skat::socketio {

Client::Client(const ClientContext& context, engineio::Session& session)
    : context_(context), session_(&session), decoder_(context.config), window_(context.loop.now()) {}

void Client::start() {
  connect_timer_ = context_.loop.after(context_.config.connect_timeout, [weak = weak_from_this()] {
    const auto client = weak.lock();
    if (!client) return;
    client->connect_timer_ = base::Executor::TimerId::none;
    client->close();
  });
}

void Client::on_text(std::string_view text) {
  if (closing_) return;
  if (is_flooding()) return violation("too many packets a second");
  on_decoded(decoder_.on_text(text));
}

// The clock is read once in so many packets only.
bool Client::is_flooding() {
  if (++packets_ <= context_.config.max_packets_per_second) return false;
  const auto now = context_.loop.now();
  if (now - window_ < std::chrono::seconds(1)) return true;
  window_ = now;
  packets_ = 1;
  return false;
}

void Client::on_binary(std::string_view bytes) {
  if (!closing_) on_decoded(decoder_.on_binary(bytes));
}

void Client::on_decoded(result<std::optional<Packet>> decoded) {
  if (!decoded) return violation("a packet that cannot be decoded");
  if (!*decoded) return;  // attachments are missing
  Packet& packet = **decoded;
  if (packet.type == PacketType::connect) return on_connect(packet);
  const auto socket = find(packet.nsp);  // held: a handler may end it
  if (!socket) {
    if (!crosses_a_kick(packet.nsp)) violation("a packet for a namespace it is not connected to");
    return;
  }
  if (!socket->connected()) return violation("a packet before its connection was accepted");
  if (packet.type == PacketType::disconnect) return on_disconnect(socket);
  socket->receive(std::move(packet));
}

void Client::on_connect(const Packet& packet) {
  if (find(packet.nsp)) return violation("CONNECT for a namespace it has asked for already");
  if (sockets_.size() >= context_.config.max_namespaces_per_client) {
    return refuse_connect(packet.nsp, "Too many namespaces");
  }
  if (packet.data.size() > context_.config.max_auth_bytes) {
    return refuse_connect(packet.nsp, "Auth payload too large");
  }
  const auto opened = context_.namespaces.open(packet.nsp);
  if (!opened) return refuse_connect(packet.nsp, opened.error().message());
  const auto& nsp = *opened;
  const auto socket =
      std::make_shared<LiveSocket>(*this, *session_, nsp->context(), packet.data, nsp->take_lost(packet.data));
  sockets_.push_back(socket);
  // It has seen its kick: nothing crosses any more.
  if (kicked_) std::erase_if(*kicked_, [&](const Kicked& kicked) { return kicked.nsp == packet.nsp; });
  nsp->admit(socket);
}

void Client::on_disconnect(const std::shared_ptr<LiveSocket>& socket) {
  forget(*socket);
  socket->end("client namespace disconnect", LiveSocket::End::final);
}

bool Client::crosses_a_kick(std::string_view nsp) const {
  if (!kicked_) return false;
  const auto now = context_.loop.now();
  return std::any_of(kicked_->begin(), kicked_->end(),
                     [nsp, now](const Kicked& kicked) { return kicked.nsp == nsp && now < kicked.until; });
}

void Client::refuse_connect(std::string_view nsp, std::string_view message) {
  session_->send(engineio::make_text_frame(encode_connect_error(nsp, message, {})));
}

void Client::violation(std::string_view what) {
  base::log(base::LogLevel::debug, "socketio", "closing a session of {}: {}", session_->handshake().address, what);
  close();
}

void Client::close() {
  closing_ = true;
  if (session_ != nullptr) session_->close(engineio::CloseReason::forced_close);
}

void Client::on_close(engineio::CloseReason reason) {
  closing_ = true;
  context_.loop.cancel(std::exchange(connect_timer_, base::Executor::TimerId::none));
  const auto sockets = std::exchange(sockets_, {});
  const auto kind = reason == engineio::CloseReason::parse_error ? LiveSocket::End::final : LiveSocket::End::loss;
  for (const auto& socket : sockets) socket->end(engineio::to_text(reason), kind);
  session_ = nullptr;
}

void Client::on_joined() {
  context_.loop.cancel(std::exchange(connect_timer_, base::Executor::TimerId::none));
}

void Client::on_refused(LiveSocket& socket) {
  forget(socket);
}

void Client::on_kicked(LiveSocket& socket) {
  if (!kicked_) kicked_ = std::make_unique<std::vector<Kicked>>();
  const auto now = context_.loop.now();
  std::erase_if(*kicked_, [&](const Kicked& kicked) { return kicked.until <= now || kicked.nsp == socket.nsp_name(); });
  if (kicked_->size() >= context_.config.max_namespaces_per_client) kicked_->erase(kicked_->begin());
  kicked_->push_back({std::string(socket.nsp_name()), now + context_.config.crossing_tolerance});
  forget(socket);
}

void Client::disconnect_all_and_close() {
  const auto keep = shared_from_this();
  const auto sockets = sockets_;
  for (const auto& socket : sockets) socket->disconnect(false);
  close();
}

std::shared_ptr<LiveSocket> Client::find(std::string_view nsp) const {
  const auto it =
      std::find_if(sockets_.begin(), sockets_.end(), [nsp](const auto& socket) { return socket->nsp_name() == nsp; });
  return it == sockets_.end() ? nullptr : *it;
}

void Client::forget(const LiveSocket& socket) {
  std::erase_if(sockets_, [&socket](const auto& known) { return known.get() == &socket; });
}

}  // namespace skat::socketio
