// typing: ephemeral, over the bus only; it may be lost.
#include <utility>

#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {
namespace {

// Who may read may also be seen typing; a one-message page is the question for that right.
void ask_for_right(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, const TypingRequest& request,
                   Reply reply) {
  gateway.core().ask<chat::HistoryPage>(
      [who = asker->who, request](chat::Node& node, chat::Done<chat::HistoryPage> done) {
        node.history({request.room, who.user, std::nullopt, std::nullopt, 1},
                     [&node, who, request, done = std::move(done)](result<chat::HistoryPage> page) mutable {
                       if (page) node.typing(who, request.room, request.on);
                       done(std::move(page));
                     });
      },
      [reply = std::move(reply)](const result<chat::HistoryPage>& page) mutable {
        if (!page) return reply.error(page.error());
        reply.ok(encode_ok());
      });
}

}  // namespace

void on_typing(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json, Reply reply) {
  const auto request = gateway.parser().typing(json);
  if (!request) return reply.error(request.error());
  // An open stream is the right, proven before.
  if (!gateway.streams().has_stream(asker, request->room)) {
    return ask_for_right(gateway, asker, *request, std::move(reply));
  }
  const bool taken = gateway.core().tell(
      [who = asker->who, request = *request](chat::Node& node) { node.typing(who, request.room, request.on); });
  if (!taken) return reply.error(chat::errc::busy);
  reply.ok(encode_ok());
}

}  // namespace skat::gateway
