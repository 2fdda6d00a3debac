// presence.set: how available this socket says its user is; ephemeral. The core hears of it with the loop's next
// report.
#include <utility>

#include "base/clock.hpp"
#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {

void on_presence_set(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json,
                     Reply reply) {
  auto request = gateway.parser().presence_set(json);
  if (!request) return reply.error(request.error());
  chat::Presence presence = gateway.people().presence(asker.get());
  presence.state = request->state;
  if (request->text) {
    presence.text = std::move(*request->text);
    presence.text_at = static_cast<std::uint64_t>(base::to_millis(base::wall_now()));
  }
  gateway.people().set(asker.get(), std::move(presence));
  reply.ok(encode_ok());
}

}  // namespace skat::gateway
