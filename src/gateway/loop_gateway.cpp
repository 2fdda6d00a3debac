#include "gateway/loop_gateway.hpp"

#include <utility>

#include "gateway/chat_namespace.hpp"
#include "gateway/participant.hpp"
#include "gateway/root_namespace.hpp"

namespace skat::gateway {

LoopGateway::LoopGateway(chat::LoopIndex index, const Config& config, base::Executor& loop, socketio::Server& server,
                         base::TaskMailbox& requests, chat::Node& node, SocketFanout& fanout, LoopOutlet& outlet,
                         LoopNumbers& numbers)
    : index_(index),
      config_(config),
      loop_(loop),
      fanout_(fanout),
      numbers_(numbers),
      chat_(server.of("/chat")),
      root_(server.of("/")),
      core_(requests, node, outlet),
      streams_(index, *this, config.max_streams_per_socket),
      people_(loop, [this](std::vector<chat::PersonHere> people) {
        return core_.tell([loop = index_, people = std::move(people)](chat::Node& of_core) mutable {
          of_core.people(loop, std::move(people));
        });
      }) {
  register_chat_namespace(*this, chat_);
  register_root_namespace(*this, root_);
}

LoopGateway::~LoopGateway() = default;

void LoopGateway::open_lobby() {
  lobby_audience_ = make_lobby_audience(*this);
  hear_lobby(*this, lobby_audience_);
}

void LoopGateway::on_event(const OutgoingEventPtr& out) {
  numbers_.events.add();
  const bool news = streams_.on_event(out);
  if (news && out->root_frame) root_.broadcast(std::string(kRootLobby), out->root_frame);
  numbers_.resyncs.set(streams_.resyncs());
  numbers_.rooms.set(streams_.room_count());
}

void LoopGateway::on_resync(const model::RoomId& room, std::string_view reason) {
  streams_.on_resync(room, reason);
  numbers_.resyncs.set(streams_.resyncs());
}

void LoopGateway::on_typing(const model::RoomId& room, const model::UserId& who, const engineio::Frame& frame) {
  chat_.broadcast_volatile({.rooms = {room.hex()}, .except = {user_room(who)}}, frame);
}

void LoopGateway::on_presence(const model::RoomId& room, const engineio::Frame& frame) {
  chat_.broadcast_volatile({.rooms = {room.hex()}, .except = {}}, frame);
}

void LoopGateway::on_user_event(const model::UserId& user, const engineio::Frame& frame) {
  chat_.broadcast(user_room(user), frame);
}

void LoopGateway::open_stream(chat::StreamRequest request, chat::Done<chat::StreamStart> done) {
  core_.ask<chat::StreamStart>(
      [request](chat::Node& node, chat::Done<chat::StreamStart> answer) {
        node.open_stream(request, std::move(answer));
      },
      std::move(done));
}

// Refused by a full mailbox: the room's next event finds nobody here and the closing is tried again (RoomStreams).
void LoopGateway::close_stream(const model::RoomId& room) {
  if (core_.tell([loop = index_, room](chat::Node& node) { node.close_stream(loop, room); })) return;
}

void LoopGateway::broadcast(const std::string& room_name, const engineio::Frame& frame) {
  chat_.broadcast(room_name, frame);
}

}  // namespace skat::gateway
