// UndecidedHandshakes: the handshakes of one loop that wait for AllowRequest's word.
// Lives on: one loop.
// Ends by: destruction; decisions that come later change nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/function.hpp"
#include "engineio/allow_request.hpp"
#include "engineio/examined_request.hpp"
#include "net/http.hpp"
#include "net/router.hpp"

namespace skat::engineio {

struct Handshake {
  net::HttpRequest request;
  net::Responder responder;
  Examined examined;
};

class UndecidedHandshakes {
 public:
  using Decided = base::Function<void(Handshake handshake, std::optional<std::string> refusal)>;

  // Limit: `max` wait at a time.
  UndecidedHandshakes(AllowRequest allow, std::size_t max, Decided decided);
  UndecidedHandshakes(const UndecidedHandshakes&) = delete;
  UndecidedHandshakes& operator=(const UndecidedHandshakes&) = delete;

  // Whether there is anybody to ask.
  [[nodiscard]] bool asks() const noexcept { return static_cast<bool>(allow_); }
  [[nodiscard]] bool full() const noexcept { return waiting_.size() >= max_; }
  // Not when full. `decided` runs inside this call or later, unless the peer goes before.
  void ask(Handshake handshake);

 private:
  struct Waiting {
    Handshake handshake;
    bool asking = true;  // AllowRequest has not returned
    bool decided = false;
    std::optional<std::string> refusal;
  };

  void decide(std::uint64_t id, std::optional<std::string> refusal);
  void finish(std::uint64_t id);

  // Set at construction.
  AllowRequest allow_;
  const std::size_t max_;
  Decided decided_;
  // Loop only.
  std::uint64_t last_id_ = 0;
  std::unordered_map<std::uint64_t, std::unique_ptr<Waiting>> waiting_;
  std::shared_ptr<UndecidedHandshakes*> self_;  // shared_ptr: decisions look through a weak one whether we live
};

}  // namespace skat::engineio
