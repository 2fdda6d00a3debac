// Doubles for tests of sessions: an answer that is looked at, a WebSocket without a network, a listener that records.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "engineio/answer.hpp"
#include "engineio/session.hpp"
#include "net/websocket_connection.hpp"

namespace skat::engineio::testing {

// What became of an answer; outlives it.
struct Answered {
  std::optional<int> status;
  std::string body;
  std::vector<net::Header> headers;
  bool cut = false, destroyed = false;
  base::Function<void()> lost;
  base::Function<void(net::BodyResult)> body_ended;

  [[nodiscard]] bool pending() const { return !status && !cut && !destroyed; }
  // The peer goes away.
  void lose() {
    auto call = std::exchange(lost, nullptr);
    if (call) call();
  }
  // The body that followed is there; too large when `posted` is nothing.
  void end_body(std::optional<std::string> posted) {
    auto call = std::exchange(body_ended, nullptr);
    if (call) call({!posted, posted.value_or("")});
  }
};

class FakeAnswer final : public Answer {
 public:
  explicit FakeAnswer(std::shared_ptr<Answered> state) : state_(std::move(state)) {}
  ~FakeAnswer() override {
    state_->destroyed = true;
    drop_callbacks();
  }
  FakeAnswer(const FakeAnswer&) = delete;
  FakeAnswer& operator=(const FakeAnswer&) = delete;
  void respond(net::HttpResponse response) override {
    state_->status = response.status;
    state_->body = response.body ? *response.body : "";
    state_->headers = std::move(response.headers);
    drop_callbacks();
  }
  void cut() override {
    state_->cut = true;
    drop_callbacks();
  }
  void on_lost(base::Function<void()> lost) override { state_->lost = std::move(lost); }
  void on_body(base::Function<void(net::BodyResult)> ended) override { state_->body_ended = std::move(ended); }

 private:
  void drop_callbacks() {
    state_->lost = nullptr;
    state_->body_ended = nullptr;
  }

  std::shared_ptr<Answered> state_;
};

// What was done to a WebSocket, and its peer's voice; outlives it.
struct Wire {
  std::vector<std::string> sent;  // whole frames
  bool closed = false, aborted = false, destroyed = false;
  std::size_t queued_bytes = 0;
  std::size_t max_frames = 1'000'000;  // one more: on_overflow
  net::WebSocketListener* listener = nullptr;

  // Payloads of what was sent, for frames below 126 bytes.
  [[nodiscard]] std::vector<std::string> packets() const {
    std::vector<std::string> out;
    for (const auto& frame : sent) out.push_back(frame.substr(2));
    return out;
  }
};

class FakeConnection final : public net::WebSocketConnection {
 public:
  explicit FakeConnection(std::shared_ptr<Wire> wire) : wire_(std::move(wire)) {}
  ~FakeConnection() override { wire_->destroyed = true; }
  FakeConnection(const FakeConnection&) = delete;
  FakeConnection& operator=(const FakeConnection&) = delete;
  void send(base::SharedBytes frame) override {
    if (wire_->sent.size() >= wire_->max_frames) return wire_->listener->on_overflow();
    wire_->sent.push_back(*frame);
  }
  std::size_t queued_bytes() const noexcept override { return wire_->queued_bytes; }
  void close(std::uint16_t, std::string_view) override { wire_->closed = true; }
  void abort() override { wire_->aborted = true; }

 private:
  std::shared_ptr<Wire> wire_;
};

// What a listener heard, and what it does about it; outlives it.
struct Heard {
  std::vector<std::string> messages;  // binary ones as "b:" and the bytes
  std::vector<CloseReason> closed;
  bool destroyed = false;
  base::Function<void(std::string_view)> on_text;
  base::Function<void()> on_close;
};

class RecordingListener final : public SessionListener {
 public:
  explicit RecordingListener(std::shared_ptr<Heard> heard) : heard_(std::move(heard)) {}
  ~RecordingListener() override { heard_->destroyed = true; }
  RecordingListener(const RecordingListener&) = delete;
  RecordingListener& operator=(const RecordingListener&) = delete;
  void on_text(std::string_view text) override {
    heard_->messages.emplace_back(text);
    if (heard_->on_text) heard_->on_text(text);
  }
  void on_binary(std::string_view bytes) override { heard_->messages.push_back("b:" + std::string(bytes)); }
  void on_close(CloseReason reason) override {
    heard_->closed.push_back(reason);
    if (heard_->on_close) heard_->on_close();
  }

 private:
  std::shared_ptr<Heard> heard_;
};

}  // namespace skat::engineio::testing
