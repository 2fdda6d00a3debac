// SessionForwarder: the port by which a cluster passes polling requests to the node that owns their session, so that no
// load balancer has to keep a client's requests together. The sid names its owner (sid.hpp).
//
//   node that got the request                         node of the session
//   Engine::handle ── forward(node, request, answer)
//                        ══ the port's two halves ══► Engine::serve(request, answer'), on any loop
//   answer.respond() or cut()   ◄══════════════════── answer'.respond() or cut()
//   answer.on_lost              ══════════════════──► lost of answer'
//   answer.on_body              ══════════════════──► body_ended of answer', if the request has body_follows
//
// SessionRequest is plain data; answer' is the other half's own Answer. An answer' whose link breaks counts as lost.
// GETs are held until the session has something to send, at most for its ping interval.
//
// WebSocket connections cannot be passed on: an upgrade of another node's session is refused with 400, and the client
// stays on polling. A handshake by WebSocket needs nothing of this: its session lives on the node that got it.
#pragma once

#include <memory>

#include "engineio/answer.hpp"
#include "engineio/config.hpp"
#include "engineio/session_request.hpp"

namespace skat::engineio {

class SessionForwarder {
 public:
  virtual ~SessionForwarder() = default;
  // Called on the loop that got the request, where `answer` lives. Anybody can make up a sid, so `node` may not exist:
  // error_response(RequestError::sid_unknown, false) then; 503 when there is no room or no link. A request is passed on
  // at most once, and requests in the order of these calls. Never blocks.
  virtual void forward(NodeTag node, SessionRequest request, std::unique_ptr<Answer> answer) = 0;
};

}  // namespace skat::engineio
