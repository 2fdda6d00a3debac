// What LiveNamespace does to many sockets at once: here, on the other servers of the cluster, and on their behalf.
#include <utility>
#include <variant>

#include "socketio/cluster_poll.hpp"
#include "socketio/encoder.hpp"
#include "socketio/errc.hpp"
#include "socketio/gathering.hpp"
#include "socketio/live_namespace.hpp"

namespace skat::socketio {
namespace {

LiveSocket& socket_of(Recipient& recipient) {
  return static_cast<LiveSocket&>(recipient);
}

ClusterBroadcast make_broadcast(const Audience& to, std::string_view event, std::string_view args_json,
                                const std::vector<std::string>& attachments) {
  return {.to = to.of,
          .is_volatile = to.is_volatile,
          .event = std::string(event),
          .args_json = std::string(args_json),
          .attachments = attachments};
}

}  // namespace

void LiveNamespace::emit(const Audience& to, std::string_view event, std::string_view args_json,
                         const std::vector<std::string>& attachments) {
  if (!context_.may_send(event, attachments.size())) return;
  auto broadcast = make_broadcast(to, event, args_json, attachments);
  emit_here(broadcast);
  if (!to.local) cluster_.tell(name_, std::move(broadcast));
}

void LiveNamespace::emit_here(const ClusterBroadcast& broadcast) {
  const auto& [to, is_volatile, event, args_json, attachments, timeout] = broadcast;
  const auto frames =
      is_volatile
          ? make_frames(encode_event_text(name_, std::nullopt, event, args_json, attachments.size()), attachments)
          : context_.make_event(to, event, args_json, attachments);
  if (frames.size() > 1) {
    const bool may_drop = is_volatile;
    return context_.adapter.for_each(
        to, [&frames, may_drop](Recipient& receiver) { socket_of(receiver).deliver(frames, may_drop); });
  }
  if (is_volatile) {
    context_.adapter.broadcast_volatile(to, frames.front());
  } else {
    context_.adapter.broadcast(to, frames.front());
  }
}

void LiveNamespace::emit_with_ack(const Audience& to, std::string_view event, std::string_view args_json,
                                  AnswersDone done, const std::vector<std::string>& attachments) {
  if (!context_.may_send(event, attachments.size())) return done({.error = errc::violation, .answers = {}});
  const bool has_others = cluster_.connected() && !to.local;
  const AckId id = context_.next_ack++;
  const auto request = std::make_shared<std::uint64_t>(0);  // of the cluster's answers
  const auto gathering =
      std::make_shared<Gathering>(context_.loop, context_.config.max_broadcast_answer_bytes,
                                  [context = std::weak_ptr(context()), &cluster = cluster_, id, request,
                                   done = std::move(done)](BroadcastAnswers answers) mutable {
                                    if (const auto there = context.lock()) {
                                      there->broadcast_acks.close(id);
                                      cluster.forget(*request);
                                    }
                                    done(std::move(answers));
                                  });
  BroadcastAcks::OnAnswer on_answer = [gathering](Answer answer) { gathering->add_answer(std::move(answer)); };
  if (!context_.broadcast_acks.open(id, on_answer)) return gathering->finish(errc::too_many_acks);
  auto broadcast = make_broadcast(to, event, args_json, attachments);
  broadcast.ack_timeout = to.timeout.count() > 0 ? to.timeout : context_.config.ack_timeout;
  gathering->start(broadcast.ack_timeout, has_others);
  gathering->add_clients(ask_here(broadcast, id));
  if (!has_others) return;
  if (!cluster_.ask(name_, std::move(broadcast), gathering, *request)) gathering->finish(errc::too_many_acks);
}

std::size_t LiveNamespace::ask_here(const ClusterBroadcast& broadcast, AckId id) {
  const auto frames =
      make_frames(encode_event_text(name_, id, broadcast.event, broadcast.args_json, broadcast.attachments.size()),
                  broadcast.attachments);
  std::size_t asked = 0;
  context_.adapter.for_each(broadcast.to, [&](Recipient& receiver) {
    ++asked;
    context_.broadcast_acks.expect(id, receiver);
    socket_of(receiver).deliver(frames, false);
  });
  return asked;
}

// For another server: its clients' answers go back one by one, until the time is up there too.
void LiveNamespace::ask_for(const ClusterBroadcast& broadcast, const ClusterReply& reply) {
  const AckId id = context_.next_ack++;
  BroadcastAcks::OnAnswer on_answer = [reply](Answer answer) { reply(std::move(answer)); };
  if (!context_.broadcast_acks.open(id, on_answer)) return;  // silent: the asker gets a timeout
  reply(ClientCount{ask_here(broadcast, id)});
  if (context_.broadcast_acks.waiting_for(id) == 0) return context_.broadcast_acks.close(id);
  static_cast<void>(context_.loop.after(broadcast.ack_timeout, [context = std::weak_ptr(context()), id] {
    if (const auto there = context.lock()) there->broadcast_acks.close(id);
  }));
}

void LiveNamespace::fetch_sockets(const Audience& of, SocketsDone done) {
  auto here = describe_here(of.of);
  if (of.local || !cluster_.connected()) return done(std::move(here));
  const auto request = std::make_shared<std::uint64_t>(0);
  const auto poll = std::make_shared<ClusterPoll>(
      context_.loop, [context = std::weak_ptr(context()), &cluster = cluster_, request, here = std::move(here),
                      done = std::move(done)](error_code error, std::vector<ClusterAnswer> answers) mutable {
        if (const auto there = context.lock()) cluster.forget(*request);
        if (error) return done(error);
        for (auto& answer : answers) {
          auto* found = std::get_if<std::vector<SocketDescription>>(&answer);
          if (found != nullptr) std::move(found->begin(), found->end(), std::back_inserter(here));
        }
        done(std::move(here));
      });
  poll->start(cluster_time(of.timeout));
  if (!cluster_.ask(name_, ClusterFetch{of.of}, poll, *request)) poll->finish(errc::too_many_acks);
}

std::vector<SocketDescription> LiveNamespace::describe_here(const Selection& of) {
  std::vector<SocketDescription> found;
  for (Recipient* recipient : context_.adapter.select(of)) {
    auto& socket = socket_of(*recipient);
    found.push_back({.id = std::string(socket.id()),
                     .handshake_json = socket.handshake_json(),
                     .rooms = socket.rooms(),
                     .data_json = describe_data_ ? describe_data_(socket) : "{}"});
  }
  return found;
}

void LiveNamespace::sockets_join(const Audience& of, const std::vector<RoomName>& rooms) {
  join_here(of.of, rooms);
  if (!of.local) cluster_.tell(name_, ClusterJoin{of.of, rooms});
}

void LiveNamespace::join_here(const Selection& of, const std::vector<RoomName>& rooms) {
  context_.adapter.for_each(of, [&](Recipient& recipient) {
    for (const auto& room : rooms) socket_of(recipient).join(room);
  });
}

void LiveNamespace::sockets_leave(const Audience& of, const std::vector<RoomName>& rooms) {
  leave_here(of.of, rooms);
  if (!of.local) cluster_.tell(name_, ClusterLeave{of.of, rooms});
}

void LiveNamespace::leave_here(const Selection& of, const std::vector<RoomName>& rooms) {
  context_.adapter.for_each(of, [&](Recipient& recipient) {
    for (const auto& room : rooms) socket_of(recipient).leave(room);
  });
}

void LiveNamespace::disconnect_sockets(const Audience& of, bool close_connection) {
  if (!of.local) cluster_.tell(name_, ClusterDisconnect{of.of, close_connection});
  disconnect_here(of.of, close_connection);
}

void LiveNamespace::disconnect_here(const Selection& of, bool close_connection) {
  context_.adapter.for_each(of, [&](Recipient& recipient) { socket_of(recipient).disconnect(close_connection); });
}

void LiveNamespace::server_side_emit(std::string_view event, std::string_view args_json) {
  cluster_.tell(name_, ClusterEvent{std::string(event), std::string(args_json)});
}

void LiveNamespace::server_side_emit_with_ack(std::string_view event, std::string_view args_json,
                                              base::Function<void(ServerAnswers)> done,
                                              std::chrono::milliseconds timeout) {
  if (!cluster_.connected()) return done({});
  const auto request = std::make_shared<std::uint64_t>(0);
  const auto poll = std::make_shared<ClusterPoll>(
      context_.loop, [context = std::weak_ptr(context()), &cluster = cluster_, request, done = std::move(done)](
                         error_code error, std::vector<ClusterAnswer> answers) mutable {
        if (const auto there = context.lock()) cluster.forget(*request);
        ServerAnswers out{.error = error, .values = {}};
        for (auto& answer : answers) {
          if (auto* value = std::get_if<ServerValue>(&answer)) out.values.push_back(std::move(value->json));
        }
        done(std::move(out));
      });
  poll->start(cluster_time(timeout));
  ClusterEvent sent{std::string(event), std::string(args_json)};
  if (!cluster_.ask(name_, std::move(sent), poll, *request)) poll->finish(errc::too_many_acks);
}

std::chrono::milliseconds LiveNamespace::cluster_time(std::chrono::milliseconds asked) const {
  return asked.count() > 0 ? asked : context_.config.cluster_timeout;
}

void LiveNamespace::on_request(const ClusterRequest& request, ClusterReply reply) {
  if (const auto* broadcast = std::get_if<ClusterBroadcast>(&request.act)) {
    if (!context_.may_send(broadcast->event, broadcast->attachments.size())) return;
    if (reply) return ask_for(*broadcast, reply);
    return emit_here(*broadcast);
  }
  if (const auto* join = std::get_if<ClusterJoin>(&request.act)) return join_here(join->of, join->rooms);
  if (const auto* leave = std::get_if<ClusterLeave>(&request.act)) return leave_here(leave->of, leave->rooms);
  if (const auto* end = std::get_if<ClusterDisconnect>(&request.act)) {
    return disconnect_here(end->of, end->close_connection);
  }
  if (const auto* fetch = std::get_if<ClusterFetch>(&request.act)) {
    if (reply) reply(describe_here(fetch->of));
    return;
  }
  const auto& event = std::get<ClusterEvent>(request.act);
  const auto handler = on_server_side_.find(event.event);
  if (!handler) return;
  if (!reply) return (*handler)(event.args_json, ServerReply());
  (*handler)(event.args_json,
             ServerReply([reply = std::move(reply)](std::string value) { reply(ServerValue{std::move(value)}); }));
}

void LiveNamespace::answer_without(const ClusterRequest& request, const ClusterReply& reply) {
  if (!reply) return;
  if (std::holds_alternative<ClusterBroadcast>(request.act)) reply(ClientCount{});
  if (std::holds_alternative<ClusterFetch>(request.act)) reply(std::vector<SocketDescription>());
}

}  // namespace skat::socketio
