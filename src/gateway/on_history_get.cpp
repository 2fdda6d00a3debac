// history.get: a page of a room's events.
#include <utility>

#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {

void on_history_get(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json,
                    Reply reply) {
  const auto query = gateway.parser().history_get(json);
  if (!query) return reply.error(query.error());
  gateway.core().ask<chat::HistoryPage>(
      [request = chat::HistoryRequest{query->room, asker->who.user, query->before, query->after, query->limit}](
          chat::Node& node, chat::Done<chat::HistoryPage> done) { node.history(request, std::move(done)); },
      [reply = std::move(reply)](const result<chat::HistoryPage>& page) mutable {
        if (!page) return reply.error(page.error());
        reply.ok(encode_history_page(*page));
      });
}

}  // namespace skat::gateway
