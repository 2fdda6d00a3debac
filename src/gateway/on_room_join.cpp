// room.join: into the log; the answer shows the room as it is then.
#include <utility>

#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {
namespace {

struct Entered {
  chat::Accepted accepted;
  chat::RoomInfo room;
};

}  // namespace

void on_room_join(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json, Reply reply) {
  const auto request = gateway.parser().room_member(json);
  if (!request) return reply.error(request.error());
  gateway.core().ask<Entered>(
      [submission = chat::Submission{model::RecordKind::member_join, request->room, asker->who, request->n, {}}](
          chat::Node& node, chat::Done<Entered> done) mutable {
        const auto room = submission.room;
        const auto user = submission.who.user;
        node.submit(std::move(submission), [&node, room, user,
                                            done = std::move(done)](result<chat::Accepted> accepted) mutable {
          if (!accepted) return done(accepted.error());
          node.room_info(room, user,
                         [accepted = *accepted, done = std::move(done)](result<chat::RoomInfo> info) mutable {
                           // The join stands; a repeat with the same n is answered with its number again.
                           if (!info) return done(chat::errc::unknown);
                           done(Entered{accepted, std::move(*info)});
                         });
        });
      },
      [reply = std::move(reply)](const result<Entered>& entered) mutable {
        if (!entered) return reply.error(entered.error());
        reply.ok(encode_room_entered(entered->accepted, entered->room));
      });
}

}  // namespace skat::gateway
