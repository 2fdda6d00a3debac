// A session whose peer is the test: records what is sent, and ends as harshly as engineio may: on_close, and the
// listener destroyed, before close() returns.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engineio/session.hpp"

namespace skat::socketio::testing {

class FakeSession final : public engineio::Session {
 public:
  std::string_view sid() const noexcept override { return sid_; }
  const engineio::HandshakeInfo& handshake() const noexcept override { return handshake_; }
  std::string_view transport() const noexcept override { return "websocket"; }
  void send(engineio::Frame frame) override { record(*frame); }
  void send(std::vector<engineio::Frame> frames) override {
    for (const auto& frame : frames) record(*frame);
  }
  bool writable() const noexcept override { return writable_; }
  void close(engineio::CloseReason reason) override { end(reason); }

  void listen(std::unique_ptr<engineio::SessionListener> listener) { listener_ = std::move(listener); }
  // From the peer: a text as on the wire, with the "4"; dropped once the session has ended.
  void receive(std::string_view text) {
    if (listener_) listener_->on_text(text.substr(1));
  }
  void receive_binary(std::string_view bytes) {
    if (listener_) listener_->on_binary(bytes);
  }
  void end(engineio::CloseReason reason) {
    if (!listener_) return;
    close_reason_ = reason;
    const auto listener = std::exchange(listener_, nullptr);
    listener->on_close(reason);
  }

  // What was sent since the last call: texts with their "4", attachments as "<bytes>".
  std::vector<std::string> take() { return std::exchange(sent_, {}); }
  [[nodiscard]] bool closed() const { return !listener_; }
  [[nodiscard]] engineio::CloseReason close_reason() const { return close_reason_; }
  void set_writable(bool writable) { writable_ = writable; }
  // The next frame is one too many for the send queue: the session ends inside send().
  void overflow_on_send() { overflow_ = true; }
  engineio::HandshakeInfo handshake_;

 private:
  void record(const engineio::FrameData& frame) {
    if (closed()) return;
    if (overflow_) return end(engineio::CloseReason::slow_consumer);
    const std::string payload(frame.payload());
    sent_.push_back(frame.binary ? "<" + payload + ">" : payload);
  }

  const std::string sid_ = "sid-of-the-session--";
  std::unique_ptr<engineio::SessionListener> listener_;
  engineio::CloseReason close_reason_ = engineio::CloseReason::transport_close;
  std::vector<std::string> sent_;
  bool writable_ = true;
  bool overflow_ = false;
};

}  // namespace skat::socketio::testing
