#include "socketio/live_socket.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <utility>

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/logger.hpp"
#include "base/random.hpp"
#include "socketio/encoder.hpp"
#include "socketio/errc.hpp"
#include "socketio/handshake_record.hpp"
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

LiveSocket::LiveSocket(SocketOwner& owner, engineio::Session& session, std::shared_ptr<SocketContext> context,
                       std::string_view auth_json, std::optional<RecoveryStore::Taken> lost)
    : Recipient(lost ? lost->session.sid : make_socket_id()),
      context_(std::move(context)),
      auth_json_(auth_json),
      issued_ms_(base::to_millis(base::wall_now())),
      owner_(&owner),
      session_(&session) {
  ++context_->sockets;
  if (!context_->recovery) return;
  extras().pid = lost ? lost->session.pid : RecoveryStore::make_pid();
  if (lost) data = lost->session.data;
  extras().lost = std::move(lost);
}

void LiveSocket::open() {
  const auto keep = shared_from_this();
  if (recovered()) come_back();
  if (state_ == State::ended) return;
  if (state_ == State::connecting) {
    state_ = State::connected;
    context_->adapter.add(*this);
  }
  owner_->on_joined();
  session_->send(engineio::make_text_frame(
      encode_connect(context_->nsp_name, id(), extras_ ? std::string_view(extras_->pid) : std::string_view())));
}

// Its rooms, then the packets it missed; the acceptance comes behind them. What cannot be made good any more (the
// middlewares took their time) makes it a new socket.
void LiveSocket::come_back() {
  const RecoveryStore::Taken& lost = *extras_->lost;
  const auto missed = context_->recovery->missed(lost.session, lost.seen);
  if (!missed) {
    rename(make_socket_id());
    data = nullptr;
    extras_->pid = RecoveryStore::make_pid();
    extras_->lost.reset();
    return;
  }
  state_ = State::connected;
  context_->adapter.add(*this);
  const auto rooms = lost.session.rooms;
  if (std::find(rooms.begin(), rooms.end(), id()) == rooms.end()) context_->adapter.leave(*this, id());
  for (const auto& room : rooms) join(room);
  for (const auto& frames : *missed) {
    if (connected()) session_->send(frames);
  }
}

void LiveSocket::refuse(std::string_view message, std::string_view data_json) {
  const auto keep = shared_from_this();
  engineio::Session& session = *session_;
  owner_->on_refused(*this);
  become_inert();
  session.send(engineio::make_text_frame(encode_connect_error(context_->nsp_name, message, data_json)));
}

void LiveSocket::receive(Packet packet) {
  const auto keep = shared_from_this();
  if (packet.type == PacketType::event || packet.type == PacketType::binary_event) {
    receive_event(packet);
  } else if (packet.ack_id) {
    receive_ack(std::move(packet));
  }
}

// To whoever asked this socket, or else to the broadcast with that id.
void LiveSocket::receive_ack(Packet packet) {
  if (!pending_acks_ && context_->broadcast_acks.size() == 0) return;
  Answer answer{std::string(join_from(packet.elements, 0)), std::move(packet.attachments)};
  if (pending_acks_ && pending_acks_->resolve(*packet.ack_id, answer)) return;
  answer.args_json = packet.elements.empty() ? "null" : std::string(packet.elements.front());
  context_->broadcast_acks.resolve(*packet.ack_id, *this, std::move(answer));
}

void LiveSocket::receive_event(const Packet& packet) {
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
  dispatch(view, std::move(ack));
}

// Socket::on says which handler.
void LiveSocket::dispatch(const EventView& event, Ack ack) {
  if (extras_) {
    if (const auto handler = extras_->on.find(event.name)) return (*handler)(event, std::move(ack));
  }
  if (const auto handler = context_->handlers.on.find(event.name)) {
    return (*handler)(shared_from_this(), event, std::move(ack));
  }
  if (const auto handler = on_event_) return (*handler)(event, std::move(ack));
  if (const auto handler = context_->handlers.on_event) return (*handler)(shared_from_this(), event, std::move(ack));
}

void LiveSocket::end(std::string_view reason, End kind) {
  const auto keep = shared_from_this();
  if (state_ == State::connecting) {
    if (kind == End::loss && recovered()) context_->recovery->keep(extras_->lost->session);
    return become_inert();
  }
  if (state_ != State::connected) return;
  state_ = State::ending;
  if (extras_ && extras_->on_disconnecting) std::exchange(extras_->on_disconnecting, nullptr)(reason);
  if (const auto handler = context_->handlers.on_disconnecting) (*handler)(*this, reason);
  if (kind == End::loss) keep_for_return();
  context_->adapter.remove(*this);
  context_->broadcast_acks.forget(*this);
  if (pending_acks_) pending_acks_->fail_all(errc::disconnected);
  if (const auto handler = std::exchange(on_disconnect_, nullptr)) (*handler)(reason);
  if (const auto handler = context_->handlers.on_disconnect) (*handler)(*this, reason);
  become_inert();
}

void LiveSocket::keep_for_return() {
  if (context_->recovery) context_->recovery->keep({extras_->pid, id(), rooms(), data});
}

// Handlers go too: they often hold the socket.
void LiveSocket::become_inert() {
  if (state_ == State::ended) return;
  state_ = State::ended;
  owner_ = nullptr;
  session_ = nullptr;
  on_event_ = nullptr;
  on_disconnect_ = nullptr;
  extras_ = nullptr;
  if (--context_->sockets == 0 && context_->on_empty) context_->on_empty();
}

const engineio::HandshakeInfo& LiveSocket::handshake() const noexcept {
  static const engineio::HandshakeInfo gone;
  return session_ == nullptr ? gone : session_->handshake();
}

std::string LiveSocket::handshake_json() const {
  return session_ == nullptr ? "{}" : handshake_record(session_->handshake(), issued_ms_, auth_json());
}

std::string_view LiveSocket::auth_json() const noexcept {
  return auth_json_.empty() ? std::string_view("{}") : std::string_view(auth_json_);
}

void LiveSocket::emit(std::string_view event, std::string_view args_json, const std::vector<std::string>& attachments) {
  if (!connected() || !context_->may_send(event, attachments.size())) return;
  if (context_->recovery) {
    return session_->send(context_->make_event({.rooms = {id()}, .except = {}}, event, args_json, attachments));
  }
  transmit(encode_event_text(context_->nsp_name, std::nullopt, event, args_json, attachments.size()), attachments);
}

void LiveSocket::emit_with_ack(std::string_view event, std::string_view args_json, std::chrono::milliseconds timeout,
                               base::Function<void(result<Answer>)> done, const std::vector<std::string>& attachments) {
  if (!connected()) return done(errc::disconnected);
  if (!context_->may_send(event, attachments.size())) return done(errc::violation);
  if (!pending_acks_) {
    pending_acks_ =
        std::make_unique<PendingAcks>(context_->loop, context_->config.max_pending_acks, context_->next_ack);
  }
  const auto ack_id = pending_acks_->add(timeout, done);
  if (!ack_id) return done(errc::too_many_acks);
  transmit(encode_event_text(context_->nsp_name, ack_id, event, args_json, attachments.size()), attachments);
}

void LiveSocket::acknowledge(AckId id, std::string_view args_json, const std::vector<std::string>& attachments) {
  if (!connected() || !context_->may_send({}, attachments.size())) return;
  transmit(encode_ack_text(context_->nsp_name, id, args_json, attachments.size()), attachments);
}

void LiveSocket::transmit(std::string_view text, const std::vector<std::string>& attachments) {
  if (attachments.empty()) return session_->send(engineio::make_text_frame(text));
  session_->send(make_frames(text, attachments));
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

void LiveSocket::deliver(const std::vector<engineio::Frame>& frames, bool is_volatile) {
  if (connected() && (!is_volatile || session_->writable())) session_->send(frames);
}

void LiveSocket::join(const RoomName& room) {
  if (!connected()) return;
  if (room.size() > context_->config.max_room_name_bytes) {
    base::log(base::LogLevel::warn, "socketio", "{}: a room name of {} bytes, the join was ignored", context_->nsp_name,
              room.size());
  } else if (!context_->adapter.join(*this, room)) {
    base::log(base::LogLevel::warn, "socketio", "{}: socket {} is in {} rooms, one more join was ignored",
              context_->nsp_name, id(), context_->config.max_rooms_per_socket);
  }
}

void LiveSocket::leave(const RoomName& room) {
  if (connected()) context_->adapter.leave(*this, room);
}

void LiveSocket::disconnect(bool close_connection) {
  if (close_connection) {
    if (owner_ != nullptr) owner_->disconnect_all_and_close();
    return;
  }
  if (!connected()) return;
  const auto keep = shared_from_this();
  session_->send(engineio::make_text_frame(encode_disconnect(context_->nsp_name)));
  if (!connected()) return;  // the send ended the session
  owner_->on_kicked(*this);
  end("server namespace disconnect", End::final);
}

LiveSocket::Extras& LiveSocket::extras() {
  if (!extras_) extras_ = std::make_unique<Extras>();
  return *extras_;
}

void LiveSocket::on(std::string_view event, EventHandler handler) {
  if (state_ != State::ended) extras().on.set(event, std::move(handler));
}

void LiveSocket::on_event(EventHandler handler) {
  if (state_ != State::ended) on_event_ = handler ? std::make_shared<EventHandler>(std::move(handler)) : nullptr;
}

void LiveSocket::on_disconnecting(EndHandler handler) {
  if (state_ != State::ended) extras().on_disconnecting = std::move(handler);
}

void LiveSocket::on_disconnect(EndHandler handler) {
  if (state_ != State::ended) on_disconnect_ = handler ? std::make_unique<EndHandler>(std::move(handler)) : nullptr;
}

}  // namespace skat::socketio
