#include "engineio/undecided_handshakes.hpp"

#include <utility>

namespace skat::engineio {

UndecidedHandshakes::UndecidedHandshakes(AllowRequest allow, std::size_t max, Decided decided)
    : allow_(std::move(allow)),
      max_(max),
      decided_(std::move(decided)),
      self_(std::make_shared<UndecidedHandshakes*>(this)) {}

void UndecidedHandshakes::ask(Handshake handshake) {
  const std::uint64_t id = ++last_id_;
  Waiting& waiting =
      *waiting_.emplace(id, std::make_unique<Waiting>(Waiting{std::move(handshake), true, false, {}})).first->second;
  waiting.handshake.responder.on_lost([this, id] { waiting_.erase(id); });
  allow_(waiting.handshake.request,
         HandshakeDecision([self = std::weak_ptr(self_), id](std::optional<std::string> refusal) {
           if (const auto alive = self.lock()) (*alive)->decide(id, std::move(refusal));
         }));
  waiting.asking = false;
  if (waiting.decided) finish(id);
}

void UndecidedHandshakes::decide(std::uint64_t id, std::optional<std::string> refusal) {
  const auto at = waiting_.find(id);
  if (at == waiting_.end()) return;  // the peer has gone
  at->second->decided = true;
  at->second->refusal = std::move(refusal);
  if (!at->second->asking) finish(id);
}

void UndecidedHandshakes::finish(std::uint64_t id) {
  const auto waiting = std::move(waiting_.extract(id).mapped());
  decided_(std::move(waiting->handshake), std::move(waiting->refusal));
}

}  // namespace skat::engineio
