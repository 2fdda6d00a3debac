#include "gateway/socket_fanout.hpp"

#include <utility>

#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"
#include "socketio/server.hpp"

namespace skat::gateway {

void SocketFanout::deliver(std::span<const chat::LoopIndex> loops, chat::FeedEventPtr event) {
  auto out = std::make_shared<OutgoingEvent>();
  out->frame = socketio::encode_event("/chat", "event", event->json);
  if (event->room == model::kLobby && event->kind == model::EventKind::message) {
    if (const auto text = parser_.event_text(event->json)) {
      out->root_frame = socketio::encode_event("/", "message", encode_root_message(*text));
    }
  }
  const auto room = event->room;
  out->event = std::move(event);
  const OutgoingEventPtr shared = std::move(out);
  for (const auto index : loops) {
    loops_[index].outlet->event(room, [gateway = loops_[index].gateway, shared] { gateway->on_event(shared); });
  }
}

void SocketFanout::resync(std::span<const chat::LoopIndex> loops, model::RoomId room, std::string reason) {
  for (const auto index : loops) {
    loops_[index].outlet->answer([gateway = loops_[index].gateway, room, reason] { gateway->on_resync(room, reason); });
  }
}

void SocketFanout::typing(std::span<const chat::LoopIndex> loops, model::RoomId room, chat::Identity who, bool on) {
  const auto frame = socketio::encode_event("/chat", "typing", encode_typing(room, who, on));
  for (const auto index : loops) {
    loops_[index].outlet->ephemeral(
        [gateway = loops_[index].gateway, room, user = who.user, frame] { gateway->on_typing(room, user, frame); });
  }
}

void SocketFanout::presence(chat::PresenceNews news) {
  const auto frame = socketio::encode_event("/chat", "presence", encode_presence(news));
  for (const auto& loop : loops_) {
    loop.outlet->ephemeral([gateway = loop.gateway, room = news.room, frame] { gateway->on_presence(room, frame); });
  }
}

void SocketFanout::room_joined(model::UserId user, chat::RoomInfo room) {
  tell_user(user, "room.joined", encode_room_info(room));
}

void SocketFanout::room_left(model::UserId user, model::RoomId room) {
  tell_user(user, "room.left", encode_room_left(room));
}

void SocketFanout::marked_read(model::UserId user, model::RoomId room, model::Seq seq, model::MSeq mseq) {
  tell_user(user, "read.marked", encode_read_marked(room, seq, mseq));
}

// As an answer, not an ephemeral event: a room that is missing from the client's list would stay missing.
void SocketFanout::tell_user(const model::UserId& user, std::string_view event, std::string_view args_json) {
  const auto frame = socketio::encode_event("/chat", event, args_json);
  for (const auto& loop : loops_) {
    loop.outlet->answer([gateway = loop.gateway, user, frame] { gateway->on_user_event(user, frame); });
  }
}

void SocketFanout::end_user(const model::RoomId& room, const model::UserId& user, model::Seq seq,
                            base::Function<void()> ended) {
  // The last loop to let the token go sends `ended` home.
  RoomStreams::Token token(nullptr, [this, shared = std::make_shared<base::Function<void()>>(std::move(ended))](void*) {
    (void)requests_.push([shared] { (*shared)(); });
  });
  for (const auto& loop : loops_) {
    loop.outlet->answer([gateway = loop.gateway, room, user, seq, token]() mutable {
      gateway->streams().end_user(room, user, seq, std::move(token));
    });
  }
}

}  // namespace skat::gateway
