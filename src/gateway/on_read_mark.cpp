// read.mark: moves the reader's marker forward; the answer is the marker that now holds.
#include <utility>

#include "gateway/handlers.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/wire_answers.hpp"

namespace skat::gateway {

void on_read_mark(LoopGateway& gateway, const std::shared_ptr<Participant>& asker, std::string_view json, Reply reply) {
  const auto request = gateway.parser().read_mark(json);
  if (!request) return reply.error(request.error());
  gateway.core().ask<store::ReadMarker>(
      [who = asker->who, request = *request](chat::Node& node, chat::Done<store::ReadMarker> done) mutable {
        node.mark_read(std::move(who), request.room, request.seq, std::move(done));
      },
      [reply = std::move(reply)](const result<store::ReadMarker>& marker) mutable {
        if (!marker) return reply.error(marker.error());
        reply.ok(encode_marker(marker->seq, marker->mseq));
      });
}

}  // namespace skat::gateway
