#include "socketio/client.hpp"

#include <algorithm>
#include <utility>

#include "base/logger.hpp"
#include "socketio/encoder.hpp"

namespace skat::socketio {

Client::Client(const ClientContext& context, engineio::Session& session)
    : context_(context), session_(&session), decoder_(context.config) {}

void Client::start() {
  connect_timer_ = context_.loop.after(context_.config.connect_timeout, [weak = weak_from_this()] {
    const auto client = weak.lock();
    if (!client) return;
    client->connect_timer_ = base::Executor::TimerId::none;
    client->close();
  });
}

void Client::on_text(std::string_view text) {
  if (!closing_) on_decoded(decoder_.on_text(text));
}

void Client::on_binary(std::string_view bytes) {
  if (!closing_) on_decoded(decoder_.on_binary(bytes));
}

void Client::on_decoded(result<std::optional<Packet>> decoded) {
  if (!decoded) return violation("a packet that cannot be decoded");
  if (!*decoded) return;  // attachments are missing
  Packet& packet = **decoded;
  if (packet.type == PacketType::connect) return on_connect(packet);
  Entry* entry = find(packet.nsp);
  if (entry == nullptr) return violation("a packet for a namespace it is not connected to");
  if (!entry->socket) {
    if (context_.loop.now() >= entry->ignore_until) violation("a packet for a namespace it was disconnected from");
    return;
  }
  if (!entry->socket->connected()) return violation("a packet before its connection was accepted");
  if (packet.type == PacketType::disconnect) return on_disconnect(*entry);
  const auto socket = entry->socket;  // a handler may change entries_
  socket->receive(std::move(packet));
}

void Client::on_connect(const Packet& packet) {
  Entry* entry = find(packet.nsp);
  if (entry != nullptr && entry->socket) return violation("CONNECT for a namespace it has asked for already");
  LiveNamespace* nsp = context_.namespaces.find(packet.nsp);
  if (nsp == nullptr) return refuse_connect(packet.nsp, "Invalid namespace");
  const auto in_use = std::count_if(entries_.begin(), entries_.end(), [](const Entry& e) { return bool{e.socket}; });
  if (std::cmp_greater_equal(in_use, context_.config.max_namespaces_per_client)) {
    return refuse_connect(packet.nsp, "Too many namespaces");
  }
  if (packet.data.size() > context_.config.max_auth_bytes) {
    return refuse_connect(packet.nsp, "Auth payload too large");
  }
  const auto socket = std::make_shared<LiveSocket>(*this, *session_, nsp->context(), packet.data);
  if (entry != nullptr) {
    entry->socket = socket;
  } else {
    entries_.push_back({nsp, socket, {}});
  }
  nsp->admit(socket);
}

void Client::on_disconnect(Entry& entry) {
  const auto socket = entry.socket;
  forget(entry);
  socket->end("client namespace disconnect");
}

void Client::refuse_connect(std::string_view nsp, std::string_view message) {
  session_->send(engineio::make_text_frame(encode_connect_error(nsp, message, {})));
}

void Client::violation(std::string_view what) {
  base::log(base::LogLevel::debug, "socketio", "closing session {}: {}", session_->sid(), what);
  close();
}

void Client::close() {
  closing_ = true;
  if (session_ != nullptr) session_->close(engineio::CloseReason::forced_close);
}

void Client::on_close(engineio::CloseReason reason) {
  closing_ = true;
  context_.loop.cancel(std::exchange(connect_timer_, base::Executor::TimerId::none));
  const auto entries = std::exchange(entries_, {});
  for (const auto& entry : entries) {
    if (entry.socket) entry.socket->end(engineio::to_text(reason));
  }
  session_ = nullptr;
}

void Client::on_joined() {
  context_.loop.cancel(std::exchange(connect_timer_, base::Executor::TimerId::none));
}

void Client::on_refused(LiveSocket& socket) {
  for (auto& entry : entries_) {
    if (entry.socket.get() == &socket) return forget(entry);
  }
}

void Client::on_kicked(LiveSocket& socket) {
  for (auto& entry : entries_) {
    if (entry.socket.get() != &socket) continue;
    entry.socket = nullptr;
    entry.ignore_until = context_.loop.now() + context_.config.crossing_tolerance;
  }
}

void Client::disconnect_all_and_close() {
  const auto keep = shared_from_this();
  std::vector<std::shared_ptr<LiveSocket>> sockets;
  for (const auto& entry : entries_) {
    if (entry.socket) sockets.push_back(entry.socket);
  }
  for (const auto& socket : sockets) socket->disconnect(false);
  close();
}

Client::Entry* Client::find(std::string_view nsp) {
  // "/" is the name behind "40/" too: both arrive as "/".
  const auto it =
      std::find_if(entries_.begin(), entries_.end(), [nsp](const Entry& e) { return e.nsp->name() == nsp; });
  return it == entries_.end() ? nullptr : &*it;
}

void Client::forget(Entry& entry) {
  if (&entry != &entries_.back()) entry = std::move(entries_.back());
  entries_.pop_back();
}

}  // namespace skat::socketio
