// PollingTransport: frames wait here for the next GET, packets come in POST bodies.
// Lives on: the session's loop.
// Ends by: upgrade or the session's end.
// Spec: Engine.IO protocol v4, "GET and POST of a session".
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "engineio/answer.hpp"
#include "engineio/config.hpp"
#include "engineio/transport.hpp"

namespace skat::engineio {

class PollingTransport final : public Transport {
 public:
  PollingTransport(const Config& config, TransportListener& listener) : config_(config), listener_(listener) {}

  [[nodiscard]] TransportKind kind() const noexcept override { return TransportKind::polling; }
  [[nodiscard]] bool writable() const noexcept override { return get_ != nullptr && queue_.empty(); }
  // Limit: Config::max_send_queue_bytes and _frames; past either the listener hears slow_consumer. A held GET takes
  // what is queued before it comes to that.
  void send(Frame frame) override;

  // A GET; none may be held.
  void hold(std::unique_ptr<Answer> get);
  [[nodiscard]] bool holds_get() const noexcept { return get_ != nullptr; }
  [[nodiscard]] bool queue_empty() const noexcept { return queue_.empty(); }
  // Answers the held GET: with all that is queued, or with packets that never wait in the queue.
  void answer_queued();
  void answer(std::string_view payload);

  // A POST body, packet by packet to the listener, then the answer. Limit: Config::max_payload_bytes: 413, and nothing
  // is taken of it.
  void receive(std::string_view body, Answer& post);
  // A POST whose body is still coming; none may be awaited. The listener hears transport_error if it never comes.
  void await_body(std::unique_ptr<Answer> post);
  [[nodiscard]] bool awaits_body() const noexcept { return post_ != nullptr; }
  // Ends the wait for a body, if there is one: the connection is cut, or answered.
  void cut_post();
  void answer_post(net::HttpResponse response);

  // What is queued, in order; the queue is empty then.
  [[nodiscard]] std::vector<Frame> take_queue();

 private:
  void on_get_lost();
  void on_post_lost();
  void on_body(const net::BodyResult& result);
  [[nodiscard]] bool over_limit() const noexcept;

  // Set at construction.
  const Config& config_;
  TransportListener& listener_;
  // Loop only.
  std::unique_ptr<Answer> get_;
  std::unique_ptr<Answer> post_;  // its body is still coming
  std::vector<Frame> queue_;
  std::size_t queue_bytes_ = 0;  // as frames; base64 is made when they leave
};

}  // namespace skat::engineio
