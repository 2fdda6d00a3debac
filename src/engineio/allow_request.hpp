// AllowRequest: the application's word on each handshake, over either transport, given now or later.
// Spec: Engine.IO protocol v4, "allowRequest".
#pragma once

#include <optional>
#include <string>

#include "base/function.hpp"
#include "net/http.hpp"

namespace skat::engineio {

// HandshakeDecision: a handshake that waits for one word. Move-only; destroyed undecided: refused.
// Lives on: the loop of its request. It may outlive the engine and the peer; then nothing happens.
class HandshakeDecision {
 public:
  using Decided = base::Function<void(std::optional<std::string> refusal)>;

  explicit HandshakeDecision(Decided decided);
  HandshakeDecision(HandshakeDecision&&) noexcept = default;
  HandshakeDecision& operator=(HandshakeDecision&& other) noexcept;
  ~HandshakeDecision();

  // The first word counts. The session exists when allow() returns, or at the end of AllowRequest if called inside.
  void allow();
  // `text` becomes the message of error 4: a JSON string of a polling client's 403, the bare body of a 400 on a
  // WebSocket upgrade (Content-Type text/html: nothing of the peer's own words belongs in it).
  void refuse(std::string text = "Forbidden");

 private:
  void decide(std::optional<std::string> refusal);

  Decided decided_;
};

// Called on the loop of the request once it has passed the checks before it (transport, Origin, method). The request
// (method, target, headers, remote_address, secure) lives until the call returns.
using AllowRequest = base::Function<void(const net::HttpRequest& request, HandshakeDecision decision)>;

}  // namespace skat::engineio
