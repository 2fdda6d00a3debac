// message.send: into the log; the answer is the event's numbers.
#include <utility>

#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {

void on_message_send(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json,
                     Reply reply) {
  auto request = gateway.parser().message_send(json);
  if (!request) return reply.error(request.error());
  gateway.core().ask<chat::Accepted>(
      [submission = chat::Submission{model::RecordKind::message_send, request->room, asker->who, request->n,
                                     std::move(request->text)}](chat::Node& node,
                                                                chat::Done<chat::Accepted> done) mutable {
        node.submit(std::move(submission), std::move(done));
      },
      [reply = std::move(reply)](const result<chat::Accepted>& accepted) mutable {
        if (!accepted) return reply.error(accepted.error());
        reply.ok(encode_message_sent(*accepted));
      });
}

}  // namespace skat::gateway
