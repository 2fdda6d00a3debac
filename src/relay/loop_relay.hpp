// LoopRelay: the relay as one loop sees it: requests that landed here and belong to another node, and answers that this
// loop's sessions owe to other nodes.
// Lives on: its loop. Outlives the engine.
// Ends by: destruction once no loop runs any more; what is still owed then gets 500.
//
//   asking node                                                  the session's node
//   forward(node, request, answer) ── core ══ bus ══ core ──► serve(request, RemoteAnswer)
//   finish(id, response)           ◄─ core ══ bus ══ core ──  RemoteAnswer::respond()
//   answer lost; a body followed   ── core ══ bus ══ core ──► RemoteAnswer's `lost`, `body_ended`
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "base/bytes.hpp"
#include "base/function.hpp"
#include "engineio/remote_answers.hpp"
#include "engineio/session_forwarder.hpp"
#include "engineio/session_request.hpp"
#include "relay/frame.hpp"

namespace skat::relay {

// What the loops say to the core. Any loop's thread; false: its mailbox is full, and nothing was handed over.
class CoreLine {
 public:
  virtual ~CoreLine() = default;
  [[nodiscard]] virtual bool request(std::size_t loop, RequestId id, engineio::NodeTag to, base::Bytes message) = 0;
  [[nodiscard]] virtual bool body(RequestId id, base::Bytes message) = 0;
  [[nodiscard]] virtual bool lost(RequestId id) = 0;
  // nullopt: cut.
  [[nodiscard]] virtual bool answer(From to, std::optional<base::Bytes> message) = 0;
};

class LoopRelay final : public engineio::SessionForwarder {
 public:
  using Serve = base::Function<void(engineio::SessionRequest, std::unique_ptr<engineio::Answer>)>;

  LoopRelay(CoreLine& core, std::size_t index);
  LoopRelay(const LoopRelay&) = delete;
  LoopRelay& operator=(const LoopRelay&) = delete;

  // Before the loop runs: who answers requests of other nodes, and who is told this node's tag.
  void set_engine(Serve serve, base::Function<void(engineio::NodeTag)> set_tag);

  void forward(engineio::NodeTag node, engineio::SessionRequest request,
               std::unique_ptr<engineio::Answer> answer) override;

  // From the core, through this loop's mailbox.
  void serve(From from, engineio::SessionRequest request);
  void lose(From from) { remote_.lose(from); }
  void end_body(From from, net::BodyResult result) { remote_.end_body(from, std::move(result)); }
  // nullopt: cut.
  void finish(RequestId id, std::optional<net::HttpResponse> response) { owed_.finish(id, std::move(response)); }
  void set_tag(engineio::NodeTag tag) { set_tag_(tag); }

 private:
  void on_lost(RequestId id);
  void on_body(RequestId id, const net::BodyResult& result);
  void answer(const From& to, std::optional<net::HttpResponse> response);

  // Set at construction.
  CoreLine& core_;
  const std::size_t index_;
  Serve serve_;
  base::Function<void(engineio::NodeTag)> set_tag_;
  // Loop only.
  std::uint64_t last_id_ = 0;
  engineio::OwedAnswers<RequestId> owed_;           // to our connections, by other nodes
  engineio::RemoteAnswers<From, FromHash> remote_;  // by us, to other nodes
};

}  // namespace skat::relay
