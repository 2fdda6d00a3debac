// Answer: the one HTTP answer that is owed to a polling request, whether its connection is on this loop or not.
// Lives on: the session's loop. Destroyed unanswered: the peer gets 500.
#pragma once

#include <utility>
#include <vector>

#include "base/function.hpp"
#include "net/http.hpp"
#include "net/router.hpp"

namespace skat::engineio {

class Answer {
 public:
  virtual ~Answer() = default;
  // At most once.
  virtual void respond(net::HttpResponse response) = 0;
  // Instead of an answer: the connection is closed.
  virtual void cut() = 0;
  // Set at most once. `lost` runs when the peer has gone before the answer; never inside this call.
  virtual void on_lost(base::Function<void()> lost) = 0;
  // Of a request whose body is still coming (SessionRequest::body_follows); set at once or not at all. `ended` runs
  // when the body is there or has been found too large; never inside this call, and not once answered, cut or lost.
  virtual void on_body(base::Function<void(net::BodyResult)> ended) = 0;
};

// The connection is on this loop.
class LocalAnswer final : public Answer {
 public:
  // `headers` (CORS) are added to the response.
  LocalAnswer(net::Responder responder, std::vector<net::Header> headers);
  // Another header of the response.
  void add(net::Header header) { headers_.push_back(std::move(header)); }
  void respond(net::HttpResponse response) override;
  void cut() override { responder_.cut(); }
  void on_lost(base::Function<void()> lost) override { responder_.on_lost(std::move(lost)); }
  void on_body(base::Function<void(net::BodyResult)> ended) override { responder_.on_body(std::move(ended)); }

 private:
  net::Responder responder_;
  std::vector<net::Header> headers_;
};

}  // namespace skat::engineio
