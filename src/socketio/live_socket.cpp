#include "socketio/live_socket.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "base/encoding.hpp"
#include "base/logger.hpp"
#include "base/random.hpp"
#include "socketio/encoder.hpp"
#include "socketio/errc.hpp"
#include "socketio/json_scan.hpp"
#include "socketio/json_string.hpp"

namespace skat::socketio {
namespace {

// 120 random bits are 20 characters, like a sid.
std::string make_socket_id() {
  std::array<std::byte, 15> bits;
  base::fill_random(bits);
  return base::to_base64url({reinterpret_cast<const char*>(bits.data()), bits.size()});
}

// From the start of elements[first] to the end of the last one; they lie in one text.
std::string_view join_from(const std::vector<std::string_view>& elements, std::size_t first) {
  if (elements.size() <= first) return {};
  const char* begin = elements[first].data();
  return {begin, static_cast<std::size_t>(elements.back().data() + elements.back().size() - begin)};
}

}  // namespace

LiveSocket::LiveSocket(SocketOwner& owner, engineio::Session& session, const SocketContext& context,
                       std::string_view auth_json)
    : Recipient(make_socket_id()), context_(context), auth_json_(auth_json), owner_(&owner), session_(&session) {}

void LiveSocket::open() {
  state_ = State::connected;
  context_.adapter.add(*this);
  owner_->on_joined();
  session_->send(engineio::make_text_frame(encode_connect(context_.nsp_name, id())));
}

void LiveSocket::refuse(std::string_view message, std::string_view data_json) {
  const auto keep = shared_from_this();
  engineio::Session& session = *session_;
  owner_->on_refused(*this);
  become_inert();
  session.send(engineio::make_text_frame(encode_connect_error(context_.nsp_name, message, data_json)));
}

void LiveSocket::receive(Packet packet) {
  const auto keep = shared_from_this();
  if (packet.type == PacketType::event || packet.type == PacketType::binary_event) {
    receive_event(packet);
  } else if (pending_acks_ && packet.ack_id) {
    pending_acks_->resolve(*packet.ack_id, join_from(packet.elements, 0));
  }
}

void LiveSocket::receive_event(const Packet& packet) {
  const auto handler = on_event_;
  if (!handler) return;
  const std::string_view name_json = packet.elements.front();
  std::string decoded;
  std::string_view name = name_json;
  if (json_kind(name_json) == JsonKind::string) {
    name = name_json.substr(1, name_json.size() - 2);
    if (name.find('\\') != std::string_view::npos) {
      decoded = decode_json_string(name_json);
      name = decoded;
    }
  }
  Ack ack;
  if (packet.ack_id) ack = Ack(std::make_shared<Ack::State>(Ack::State{weak_from_this(), *packet.ack_id}));
  const EventView view{.name = name,
                       .name_json = name_json,
                       .args_json = join_from(packet.elements, 1),
                       .args = {packet.elements.begin() + 1, packet.elements.end()},
                       .attachments = packet.attachments};
  (*handler)(view, std::move(ack));
}

void LiveSocket::end(std::string_view reason) {
  const auto keep = shared_from_this();
  if (state_ == State::connecting) return become_inert();
  if (state_ != State::connected) return;
  state_ = State::ending;
  if (const auto handler = std::exchange(on_disconnecting_, nullptr)) (*handler)(reason);
  context_.adapter.remove(*this);
  if (pending_acks_) pending_acks_->fail_all(errc::disconnected);
  if (const auto handler = std::exchange(on_disconnect_, nullptr)) (*handler)(reason);
  become_inert();
}

// Handlers go too: they often hold the socket.
void LiveSocket::become_inert() {
  state_ = State::ended;
  owner_ = nullptr;
  session_ = nullptr;
  on_event_ = nullptr;
  on_disconnecting_ = nullptr;
  on_disconnect_ = nullptr;
}

const engineio::HandshakeInfo& LiveSocket::handshake() const noexcept {
  static const engineio::HandshakeInfo gone;
  return session_ == nullptr ? gone : session_->handshake();
}

std::string_view LiveSocket::auth_json() const noexcept {
  return auth_json_.empty() ? std::string_view("{}") : std::string_view(auth_json_);
}

bool LiveSocket::may_emit(std::string_view event, std::size_t attachments) const {
  if (!connected()) return false;
  if (is_reserved_event(event)) {
    base::log(base::LogLevel::error, "socketio", "{}: the event name {} is reserved", context_.nsp_name, event);
    return false;
  }
  if (attachments > context_.config.max_attachments) {
    base::log(base::LogLevel::error, "socketio", "{}: {} attachments in one packet", context_.nsp_name, attachments);
    return false;
  }
  return true;
}

void LiveSocket::emit(std::string_view event, std::string_view args_json, const std::vector<std::string>& attachments) {
  if (!may_emit(event, attachments.size())) return;
  transmit(encode_event_text(context_.nsp_name, std::nullopt, event, args_json, attachments.size()), attachments);
}

void LiveSocket::emit_with_ack(std::string_view event, std::string_view args_json, std::chrono::milliseconds timeout,
                               base::Function<void(result<std::string>)> done) {
  if (!connected()) return done(errc::disconnected);
  if (!may_emit(event, 0)) return done(errc::violation);
  if (!pending_acks_) {
    pending_acks_ = std::make_unique<PendingAcks>(context_.loop, context_.config.max_pending_acks);
  }
  const auto ack_id = pending_acks_->add(timeout, done);
  if (!ack_id) return done(errc::too_many_acks);
  transmit(encode_event_text(context_.nsp_name, ack_id, event, args_json), {});
}

void LiveSocket::acknowledge(AckId id, std::string_view args_json, const std::vector<std::string>& attachments) {
  if (!may_emit({}, attachments.size())) return;
  transmit(encode_ack_text(context_.nsp_name, id, args_json, attachments.size()), attachments);
}

void LiveSocket::transmit(std::string text, const std::vector<std::string>& attachments) {
  if (attachments.empty()) return session_->send(engineio::make_text_frame(text));
  std::vector<engineio::Frame> frames;
  frames.reserve(attachments.size() + 1);
  frames.push_back(engineio::make_text_frame(text));
  for (const auto& bytes : attachments) frames.push_back(engineio::make_binary_frame(bytes));
  session_->send(std::move(frames));
}

void LiveSocket::send(engineio::Frame frame) {
  if (connected() && frame) session_->send(std::move(frame));
}

void LiveSocket::send_volatile(engineio::Frame frame) {
  if (connected() && frame && session_->writable()) session_->send(std::move(frame));
}

void LiveSocket::deliver(const engineio::Frame& frame) {
  send(frame);
}
void LiveSocket::deliver_volatile(const engineio::Frame& frame) {
  send_volatile(frame);
}

void LiveSocket::join(const RoomName& room) {
  if (connected() && !context_.adapter.join(*this, room)) {
    base::log(base::LogLevel::warn, "socketio", "{}: socket {} is in {} rooms, one more join was ignored",
              context_.nsp_name, id(), context_.config.max_rooms_per_socket);
  }
}

void LiveSocket::leave(const RoomName& room) {
  if (connected()) context_.adapter.leave(*this, room);
}

void LiveSocket::disconnect(bool close_connection) {
  if (close_connection) {
    if (owner_ != nullptr) owner_->disconnect_all_and_close();
    return;
  }
  if (!connected()) return;
  const auto keep = shared_from_this();
  session_->send(engineio::make_text_frame(encode_disconnect(context_.nsp_name)));
  if (!connected()) return;  // the send ended the session
  owner_->on_kicked(*this);
  end("server namespace disconnect");
}

void LiveSocket::on_event(EventHandler handler) {
  if (state_ != State::ended) on_event_ = std::make_shared<EventHandler>(std::move(handler));
}

void LiveSocket::on_disconnecting(EndHandler handler) {
  if (state_ != State::ended) on_disconnecting_ = std::make_shared<EndHandler>(std::move(handler));
}

void LiveSocket::on_disconnect(EndHandler handler) {
  if (state_ != State::ended) on_disconnect_ = std::make_shared<EndHandler>(std::move(handler));
}

}  // namespace skat::socketio
