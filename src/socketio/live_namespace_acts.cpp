// What LiveNamespace does to many sockets at once: the BroadcastTarget part of it.
#include <utility>

#include "socketio/encoder.hpp"
#include "socketio/errc.hpp"
#include "socketio/gathering.hpp"
#include "socketio/live_namespace.hpp"

namespace skat::socketio {
namespace {

LiveSocket& socket_of(Recipient& recipient) {
  return static_cast<LiveSocket&>(recipient);
}

}  // namespace

void LiveNamespace::emit(const Audience& to, std::string_view event, std::string_view args_json,
                         const std::vector<std::string>& attachments) {
  if (!context_.may_send(event, attachments.size())) return;
  const auto frames =
      to.is_volatile
          ? make_frames(encode_event_text(name_, std::nullopt, event, args_json, attachments.size()), attachments)
          : context_.make_event(to.of, event, args_json, attachments);
  if (frames.size() > 1) {
    return context_.adapter.for_each(to.of,
                                     [&](Recipient& receiver) { socket_of(receiver).deliver(frames, to.is_volatile); });
  }
  if (to.is_volatile) {
    context_.adapter.broadcast_volatile(to.of, frames.front());
  } else {
    context_.adapter.broadcast(to.of, frames.front());
  }
}

void LiveNamespace::emit_with_ack(const Audience& to, std::string_view event, std::string_view args_json,
                                  AnswersDone done, const std::vector<std::string>& attachments) {
  if (!context_.may_send(event, attachments.size())) return done({.error = errc::violation, .answers = {}});
  const AckId id = context_.next_ack++;
  const auto gathering = std::make_shared<Gathering>(
      context_.loop, context_.config.max_broadcast_answer_bytes,
      [context = std::weak_ptr(context()), id, done = std::move(done)](BroadcastAnswers answers) mutable {
        if (const auto there = context.lock()) there->broadcast_acks.close(id);
        done(std::move(answers));
      });
  BroadcastAcks::OnAnswer on_answer = [gathering](Answer answer) { gathering->add_answer(std::move(answer)); };
  if (!context_.broadcast_acks.open(id, on_answer)) return gathering->finish(errc::too_many_acks);
  gathering->start(to.timeout.count() > 0 ? to.timeout : context_.config.ack_timeout);
  const auto frames = make_frames(encode_event_text(name_, id, event, args_json, attachments.size()), attachments);
  std::size_t receivers = 0;
  context_.adapter.for_each(to.of, [&](Recipient& receiver) {
    ++receivers;
    context_.broadcast_acks.expect(id, receiver);
    socket_of(receiver).deliver(frames, false);
  });
  gathering->add_clients(receivers);
}

void LiveNamespace::fetch_sockets(const Audience& of, SocketsDone done) {
  std::vector<SocketDescription> found;
  for (Recipient* recipient : context_.adapter.select(of.of)) found.push_back(describe(socket_of(*recipient)));
  done(std::move(found));
}

SocketDescription LiveNamespace::describe(LiveSocket& socket) {
  return {.id = socket.id(),
          .handshake_json = socket.handshake_json(),
          .rooms = socket.rooms(),
          .data_json = describe_data_ ? describe_data_(socket) : "{}"};
}

void LiveNamespace::sockets_join(const Audience& of, const std::vector<RoomName>& rooms) {
  context_.adapter.for_each(of.of, [&](Recipient& recipient) {
    for (const auto& room : rooms) socket_of(recipient).join(room);
  });
}

void LiveNamespace::sockets_leave(const Audience& of, const std::vector<RoomName>& rooms) {
  context_.adapter.for_each(of.of, [&](Recipient& recipient) {
    for (const auto& room : rooms) socket_of(recipient).leave(room);
  });
}

void LiveNamespace::disconnect_sockets(const Audience& of, bool close_connection) {
  context_.adapter.for_each(of.of, [&](Recipient& recipient) { socket_of(recipient).disconnect(close_connection); });
}

}  // namespace skat::socketio
