// room.create: reserves the name, then into the log. A repeat from the same device gives the same room.
#include <utility>

#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {

void on_room_create(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json,
                    Reply reply) {
  auto request = gateway.parser().room_create(json);
  if (!request) return reply.error(request.error());
  gateway.core().ask<chat::RoomInfo>(
      [who = asker->who, request = std::move(*request)](chat::Node& node, chat::Done<chat::RoomInfo> done) mutable {
        node.create_room(std::move(who), std::move(request.name), request.access, std::move(done));
      },
      [reply = std::move(reply)](const result<chat::RoomInfo>& room) mutable {
        if (!room) return reply.error(room.error());
        reply.ok(encode_room_created(*room));
      });
}

}  // namespace skat::gateway
