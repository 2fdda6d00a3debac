// The other side of a session in a script: its requests and WebSockets, which check what becomes of them.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/executor.hpp"
#include "engineio/answer.hpp"
#include "engineio/session.hpp"
#include "net/websocket_connection.hpp"

namespace skat::engineio::testing {

struct ScriptedPeer;

// A request, from its arrival until it is answered, cut or lost.
struct ScriptedRequest {
  explicit ScriptedRequest(ScriptedPeer& p) : peer(p) {}
  ScriptedPeer& peer;
  bool ended = false;
  base::Function<void()> lost;
  base::Function<void(net::BodyResult)> body_ended;
};

struct ScriptedWire {
  explicit ScriptedWire(ScriptedPeer& p) : peer(p) {}
  ScriptedPeer& peer;
  net::WebSocketListener* listener = nullptr;
  std::size_t frames_left = 0;  // one more: on_overflow
  std::size_t queued_bytes = 0;
  bool closed = false;   // by us
  bool aborted = false;  // by us
  bool ended = false;    // the listener has heard so
  bool exists = true;

  [[nodiscard]] bool speaks() const { return exists && !ended && !aborted; }
  void end(std::uint16_t code, bool peer_error) {
    if (!exists || std::exchange(ended, true)) return;
    listener->on_closed(code, peer_error);
  }
};

// What the application does when it hears a message.
enum class ScriptedManner : std::uint8_t { listen, answer, close, answer_and_close, close_the_next };

// One session with its other side and the application above it; outlives the session.
struct ScriptedPeer {
  std::string sid;
  Session* session = nullptr;  // until on_close
  ScriptedManner manner = ScriptedManner::listen;
  unsigned sent = 0, seen = 0;   // numbers of the application's messages: accepted, arrived
  unsigned said = 0, heard = 0;  // numbers of the peer's messages
  bool listener_made = false, closed = false, listener_gone = false;
  std::shared_ptr<ScriptedRequest> get, post;
  std::vector<std::shared_ptr<ScriptedRequest>> requests;
  std::vector<std::shared_ptr<ScriptedWire>> wires;

  // A packet has reached the peer.
  void see(std::string_view packet) {
    SKAT_CHECK(!packet.empty(), "an empty packet was sent");
    if (packet.front() != '4' && packet.front() != 'b') return;
    std::string number(packet.substr(1));
    if (packet.front() == 'b') number = base::from_base64(number).value();
    see_message(number);
  }
  void see_message(std::string_view number) {
    unsigned value = 0;
    std::from_chars(number.data(), number.data() + number.size(), value);
    SKAT_CHECK(value == seen + 1, "a message was lost, repeated or reordered");
    SKAT_CHECK(value <= sent, "a message that was not accepted");
    seen = value;
  }
};

class ScriptedAnswer final : public Answer {
 public:
  explicit ScriptedAnswer(std::shared_ptr<ScriptedRequest> request) : request_(std::move(request)) {}
  ~ScriptedAnswer() override {
    SKAT_CHECK(request_->ended, "a request was never answered");
    end();
  }
  ScriptedAnswer(const ScriptedAnswer&) = delete;
  ScriptedAnswer& operator=(const ScriptedAnswer&) = delete;

  void respond(net::HttpResponse response) override {
    SKAT_CHECK(!request_->ended, "a request was answered twice");
    end();
    const std::string_view body = response.body ? std::string_view(*response.body) : "";
    const bool payload = response.status == 200 && body != "ok";
    for (std::size_t begin = 0; payload && begin <= body.size();) {
      const std::size_t stop = std::min(body.find('\x1e', begin), body.size());
      request_->peer.see(body.substr(begin, stop - begin));
      begin = stop + 1;
    }
  }
  void cut() override {
    SKAT_CHECK(!request_->ended, "a request was cut after its end");
    end();
  }
  void on_lost(base::Function<void()> lost) override { request_->lost = std::move(lost); }
  void on_body(base::Function<void(net::BodyResult)> ended) override { request_->body_ended = std::move(ended); }

 private:
  void end() {
    request_->ended = true;
    request_->lost = nullptr;
    request_->body_ended = nullptr;
  }

  std::shared_ptr<ScriptedRequest> request_;
};

class ScriptedConnection final : public net::WebSocketConnection {
 public:
  ScriptedConnection(std::shared_ptr<ScriptedWire> wire, base::Executor& executor)
      : wire_(std::move(wire)), executor_(executor) {}
  ~ScriptedConnection() override { wire_->exists = false; }
  ScriptedConnection(const ScriptedConnection&) = delete;
  ScriptedConnection& operator=(const ScriptedConnection&) = delete;

  void send(base::SharedBytes frame) override {
    SKAT_CHECK(!wire_->closed && !wire_->aborted && !wire_->ended, "a frame after the end");
    if (wire_->frames_left == 0) return wire_->listener->on_overflow();
    --wire_->frames_left;
    const std::string_view bytes(*frame);
    const std::string_view payload = bytes.substr(static_cast<unsigned char>(bytes[1]) < 126 ? 2 : 4);
    if (bytes.front() == '\x82') {
      wire_->peer.see_message(payload);
    } else {
      wire_->peer.see(payload);
    }
  }
  std::size_t queued_bytes() const noexcept override { return wire_->queued_bytes; }
  void close(std::uint16_t, std::string_view) override { wire_->closed = true; }
  void abort() override {
    if (std::exchange(wire_->aborted, true)) return;
    executor_.post([wire = wire_] { wire->end(1006, false); });
  }

 private:
  std::shared_ptr<ScriptedWire> wire_;
  base::Executor& executor_;
};

}  // namespace skat::engineio::testing
