// presence.get: who is in a room now. Its open stream is the right to know.
#include <utility>

#include "gateway/errc.hpp"
#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {

void on_presence_get(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json,
                     Reply reply) {
  const auto room = gateway.parser().presence_get(json);
  if (!room) return reply.error(room.error());
  if (!gateway.streams().has_begun(asker, *room)) return reply.error(errc::no_stream);
  gateway.people().report_now();  // the asker is among them
  gateway.core().ask<chat::PresenceNews>(
      [room = *room](chat::Node& node, chat::Done<chat::PresenceNews> done) { node.presence(room, std::move(done)); },
      [reply = std::move(reply)](const result<chat::PresenceNews>& people) mutable {
        if (!people) return reply.error(people.error());
        reply.ok(encode_people(*people));
      });
}

}  // namespace skat::gateway
