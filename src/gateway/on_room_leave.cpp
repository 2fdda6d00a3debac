// room.leave: into the log; answered when this user's streams of the room have ended on every loop of the node.
#include <utility>

#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/socket_fanout.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {

void on_room_leave(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json,
                   Reply reply) {
  const auto request = gateway.parser().room_member(json);
  if (!request) return reply.error(request.error());
  gateway.core().ask<chat::Accepted>(
      [&fanout = gateway.fanout(),
       submission = chat::Submission{model::RecordKind::member_leave, request->room, asker->who, request->n, {}}](
          chat::Node& node, chat::Done<chat::Accepted> done) mutable {
        const auto room = submission.room;
        const auto user = submission.who.user;
        node.submit(std::move(submission),
                    [&fanout, room, user, done = std::move(done)](result<chat::Accepted> accepted) mutable {
                      if (!accepted) return done(accepted.error());
                      fanout.end_user(room, user, accepted->seq,
                                      [accepted = *accepted, done = std::move(done)]() mutable { done(accepted); });
                    });
      },
      [reply = std::move(reply)](const result<chat::Accepted>& accepted) mutable {
        if (!accepted) return reply.error(accepted.error());
        reply.ok(encode_room_departed(*accepted));
      });
}

}  // namespace skat::gateway
