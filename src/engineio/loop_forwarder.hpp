// LoopForwarder: carries polling requests to the loop that owns their session, and the answers back.
// Lives on: one loop; a group of them, one per loop, shares the mailboxes.
// Ends by: destruction once no loop runs any more; what is still owed is then never answered.
//
//   receiving loop                                      owner loop
//   forward(request, answer) ── engineio.requests.N ──► serve(request, RemoteAnswer)
//   answer.respond()         ◄── engineio.answers.N ─── RemoteAnswer::respond()
//   answer lost              ── engineio.requests.N ──► RemoteAnswer's `lost`
//   a body that followed     ── engineio.requests.N ──► RemoteAnswer's `body_ended`
//
// A lost notice that finds the mailbox full is dropped: the session then ends with its heartbeat. A body that finds it
// full is answered 503, and lost for the owner.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "engineio/answer.hpp"
#include "engineio/config.hpp"
#include "engineio/remote_answers.hpp"
#include "engineio/session_request.hpp"

namespace skat::engineio {

class LoopForwarder {
 public:
  // Serves a request whose session is on this loop.
  using Serve = base::Function<void(SessionRequest, std::unique_ptr<Answer>)>;
  struct Group;

  // One mailbox pair per executor.
  [[nodiscard]] static std::shared_ptr<Group> make_group(const Config& config,
                                                         const std::vector<base::Executor*>& executors);
  LoopForwarder(std::shared_ptr<Group> group, std::size_t index, Serve serve);
  ~LoopForwarder();
  LoopForwarder(const LoopForwarder&) = delete;
  LoopForwarder& operator=(const LoopForwarder&) = delete;

  [[nodiscard]] std::size_t index() const noexcept { return index_; }
  [[nodiscard]] std::size_t loops() const noexcept;

  // Limits: Config::max_forwarded_waiting and max_forwarded_unanswered; past either `answer` gets 503.
  void forward(std::size_t owner, SessionRequest request, std::unique_ptr<Answer> answer);

 private:
  // An answer owed by another loop to a request received here; unique within the receiving loop.
  enum class RequestId : std::uint64_t {};
  struct From {
    std::size_t loop;
    RequestId id;
    friend bool operator==(const From&, const From&) = default;
  };
  struct FromHash {
    std::size_t operator()(const From& from) const noexcept {
      return static_cast<std::size_t>(from.id) * 256 + from.loop;
    }
  };

  // Owner's side.
  void receive(From from, SessionRequest request);
  void answer(From from, std::optional<net::HttpResponse> response);  // nullopt: cut
  // Receiving side.
  void on_lost(std::size_t owner, RequestId id);
  void on_body(std::size_t owner, RequestId id, net::BodyResult result);

  // Set at construction.
  const std::shared_ptr<Group> group_;  // shared_ptr: by all forwarders; the last one frees the mailboxes
  const std::size_t index_;
  Serve serve_;
  // Loop only.
  std::uint64_t last_id_ = 0;
  OwedAnswers<RequestId> owed_;           // to our connections, by other loops
  RemoteAnswers<From, FromHash> remote_;  // by us, to connections of other loops
};

}  // namespace skat::engineio
