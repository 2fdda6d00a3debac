// room.list: the open rooms, by name.
#include <utility>

#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {

void on_room_list(LoopGateway& gateway, const std::shared_ptr<Participant>&, std::string_view json, Reply reply) {
  auto request = gateway.parser().room_list(json);
  if (!request) return reply.error(request.error());
  gateway.core().ask<chat::RoomListPage>(
      [request = std::move(*request)](chat::Node& node, chat::Done<chat::RoomListPage> done) mutable {
        node.list_rooms(std::move(request.after), request.limit, std::move(done));
      },
      [reply = std::move(reply)](const result<chat::RoomListPage>& page) mutable {
        if (!page) return reply.error(page.error());
        reply.ok(encode_room_page(*page));
      });
}

}  // namespace skat::gateway
