// BroadcastAcks: the broadcasts of one namespace that wait for its sockets' answers. One id serves all receivers of a
// broadcast; each may answer once.
// Lives on: the namespace's loop.
// Ends by: the namespace's end; what waits then is dropped.
// Spec: Socket.IO protocol v5, broadcast with acknowledgement.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <unordered_set>

#include "base/function.hpp"
#include "socketio/answers.hpp"
#include "socketio/packet.hpp"

namespace skat::socketio {

class Recipient;

class BroadcastAcks {
 public:
  using OnAnswer = base::Function<void(Answer)>;

  explicit BroadcastAcks(std::size_t limit) : limit_(limit) {}

  // Limit: Config::max_pending_broadcasts; false, and `on_answer` stays the caller's.
  [[nodiscard]] bool open(AckId id, OnAnswer& on_answer);
  // One more receiver. The pointer is compared, never followed.
  void expect(AckId id, const Recipient& receiver);
  [[nodiscard]] std::size_t waiting_for(AckId id) const;
  // The first answer of a receiver goes to on_answer. Anything else (late, made up, of somebody else) is ignored.
  void resolve(AckId id, const Recipient& receiver, Answer answer);
  // It has ended and will not answer any more.
  void forget(const Recipient& receiver);
  void close(AckId id) { open_.erase(id); }
  [[nodiscard]] std::size_t size() const noexcept { return open_.size(); }

 private:
  struct Broadcast {
    std::unordered_set<const Recipient*> waiting;
    std::shared_ptr<OnAnswer> on_answer;  // shared: it may close its own broadcast while it runs
  };

  const std::size_t limit_;
  std::map<AckId, Broadcast> open_;
};

}  // namespace skat::socketio
