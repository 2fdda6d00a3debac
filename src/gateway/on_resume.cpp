// resume: opens the live stream of each room asked for. The missed events go out before the answer (RoomStreams).
#include <utility>
#include <vector>

#include "chat/errc.hpp"
#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {
namespace {

// One resume under way. shared_ptr: every room's answer holds it; the last one replies.
struct Resume {
  Reply reply;
  std::vector<std::pair<model::RoomId, result<StreamAnswer>>> rooms;
  std::size_t missing = 0;

  void answer(std::size_t index, const result<StreamAnswer>& stream) {
    rooms[index].second = stream;
    if (--missing == 0) reply.ok(encode_streams(rooms));
  }
};

}  // namespace

void on_resume(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json, Reply reply) {
  const auto request = gateway.parser().resume(json);
  if (!request) return reply.error(request.error());
  if (request->rooms.empty()) return reply.ok(encode_streams({}));
  const auto resume = std::make_shared<Resume>(Resume{std::move(reply), {}, request->rooms.size()});
  for (const auto& entry : request->rooms) resume->rooms.emplace_back(entry.first, chat::errc::unknown);
  for (std::size_t i = 0; i < request->rooms.size(); ++i) {
    const auto& [room, from] = request->rooms[i];
    gateway.streams().open(asker, asker->who.user, room, from,
                           [resume, i](const result<StreamAnswer>& stream) { resume->answer(i, stream); });
  }
}

}  // namespace skat::gateway
