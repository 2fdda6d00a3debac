#include "engineio/testing/session_script.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/testing/manual_executor.hpp"
#include "engineio/polling_transport.hpp"
#include "engineio/session_table.hpp"
#include "engineio/sid.hpp"
#include "engineio/testing/scripted_peer.hpp"

namespace skat::engineio::testing {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMaxPeers = 8;

class Play {
 public:
  explicit Play(std::string_view script) : script_(script) {
    config_.ping_interval = 100ms;
    config_.ping_timeout = 80ms;
    config_.upgrade_timeout = 60ms;
    config_.close_timeout = 120ms;
    config_.max_payload_bytes = 200;
    config_.max_packets_per_payload = 8;
    config_.max_send_queue_frames = 12;
  }
  void run() {
    while (!script_.empty()) {
      play_event();
      check();
    }
    finish();
  }

  // The listener's, below.
  void hear(ScriptedPeer& peer, std::string_view text);
  void hear_close(ScriptedPeer& peer);
  void send(ScriptedPeer& peer, bool binary);

 private:
  std::uint8_t take() {
    if (script_.empty()) return 0;
    const auto byte = static_cast<std::uint8_t>(script_.front());
    script_.remove_prefix(1);
    return byte;
  }
  ScriptedPeer* take_peer() { return peers_.empty() ? nullptr : peers_[take() % peers_.size()].get(); }
  std::string take_text();
  std::string take_packets(ScriptedPeer& from);
  // As a request finds it; nullptr: gone, or no longer on polling.
  SessionImpl* polling(const ScriptedPeer& peer) {
    SessionImpl* session = table_.find(peer.sid);
    return session != nullptr && session->transport_kind() == TransportKind::polling ? session : nullptr;
  }

  void play_event();
  void open(TransportKind transport);
  void get(ScriptedPeer& peer);
  void post(ScriptedPeer& peer, bool follows);
  void upgrade(ScriptedPeer& peer);
  void say(ScriptedPeer& peer);
  void finish();
  void check();

  static std::unique_ptr<ScriptedAnswer> request(ScriptedPeer& peer, std::shared_ptr<ScriptedRequest>& latest) {
    latest = std::make_shared<ScriptedRequest>(peer);
    peer.requests.push_back(latest);
    return std::make_unique<ScriptedAnswer>(latest);
  }
  std::unique_ptr<WebSocketTransport> connect(ScriptedPeer& peer, SessionImpl& session);

  std::string_view script_;
  Config config_;
  base::testing::ManualExecutor executor_;
  std::vector<std::unique_ptr<ScriptedPeer>> peers_;
  SessionTable table_{config_, executor_};
};

class ScriptedListener final : public SessionListener {
 public:
  ScriptedListener(Play& play, ScriptedPeer& peer) : play_(play), peer_(peer) { peer_.listener_made = true; }
  ~ScriptedListener() override { peer_.listener_gone = true; }
  ScriptedListener(const ScriptedListener&) = delete;
  ScriptedListener& operator=(const ScriptedListener&) = delete;
  void on_text(std::string_view text) override { play_.hear(peer_, text); }
  void on_binary(std::string_view) override { play_.hear(peer_, {}); }
  void on_close(CloseReason) override { play_.hear_close(peer_); }

 private:
  Play& play_;
  ScriptedPeer& peer_;
};

void Play::hear(ScriptedPeer& peer, std::string_view text) {
  SKAT_CHECK(!peer.closed, "a message after on_close");
  if (text.starts_with('n')) {
    unsigned value = 0;
    std::from_chars(text.data() + 1, text.data() + text.size(), value);
    SKAT_CHECK(value > peer.heard, "the peer's messages came twice or out of order");
    peer.heard = value;
  }
  if (peer.manner == ScriptedManner::answer || peer.manner == ScriptedManner::answer_and_close) send(peer, false);
  if (peer.manner == ScriptedManner::close || peer.manner == ScriptedManner::answer_and_close) peer.session->close();
  if (peer.manner == ScriptedManner::close_the_next) {
    ScriptedPeer& other = *peers_[(peer.wires.size() + peer.said) % peers_.size()];
    if (other.session != nullptr) other.session->close();
  }
}

void Play::hear_close(ScriptedPeer& peer) {
  SKAT_CHECK(!std::exchange(peer.closed, true), "on_close came twice");
  send(peer, false);
  SKAT_CHECK(!peer.session->writable(), "a session that has closed is writable");
  peer.session->close();
  peer.session = nullptr;
  for (const auto& other : peers_) send(*other, true);
}

void Play::send(ScriptedPeer& peer, bool binary) {
  if (peer.session == nullptr) return;
  const std::uint64_t accepted = table_.counts().frames_out;
  const std::string number = std::to_string(++peer.sent);
  peer.session->send(binary ? make_binary_frame(number) : make_text_frame(number));
  if (table_.counts().frames_out == accepted) {
    --peer.sent;
    SKAT_CHECK(peer.seen <= peer.sent, "a message left that was not accepted");
  }
}

// ---- the script's bytes

std::string Play::take_text() {
  const std::size_t wanted = take() % 32;
  const std::size_t size = std::min(wanted, script_.size());
  std::string text(script_.substr(0, size));
  script_.remove_prefix(size);
  std::ranges::replace(text, 'n', 'N');  // so that it looks like no numbered message
  return text;
}

// A body: well-formed packets by their number, or raw bytes.
std::string Play::take_packets(ScriptedPeer& from) {
  std::string body;
  for (unsigned count = take() % 12; count > 0; --count) {
    if (!body.empty()) body += '\x1e';
    switch (take() % 8) {
      case 0:
        body += '3';
        break;
      case 1:
        body += '1';
        break;
      case 2:
        body += take_text();
        break;
      case 3:
        body += "bAQID";
        break;
      case 4:
        body += "2probe";
        break;
      case 5:
        body += "4" + std::string(take(), 'x');
        break;
      default:
        body += "4n";  // numbered by the sender
        body += std::to_string(++from.said);
        break;
    }
  }
  return body;
}

void Play::play_event() {
  const auto event = take() % 18;
  if (event == 0 || event == 1) return open(event == 0 ? TransportKind::polling : TransportKind::websocket);
  if (event == 2) {
    executor_.run();
    return;
  }
  if (event == 3) {
    static constexpr std::array<std::chrono::milliseconds, 8> kPauses{1ms, 10ms, 50ms, 60ms, 80ms, 100ms, 120ms, 300ms};
    return executor_.advance(kPauses[take() % kPauses.size()]);
  }
  if (event == 4) return table_.close_all(CloseReason::server_shutting_down);
  ScriptedPeer* const peer = take_peer();
  if (peer == nullptr) return;
  switch (event) {
    case 5:
    case 6:
      return get(*peer);
    case 7:
      return post(*peer, false);
    case 8:
      return post(*peer, true);
    case 9:
      if (peer->post && peer->post->body_ended) {
        auto ended = std::exchange(peer->post->body_ended, nullptr);
        const bool too_large = take() % 8 == 0;
        ended({too_large, too_large ? "" : take_packets(*peer)});
      }
      return;
    case 10:
    case 11: {
      const auto& aborted = event == 10 ? peer->get : peer->post;
      if (!aborted || aborted->ended) return;
      aborted->ended = true;
      if (auto lost = std::exchange(aborted->lost, nullptr)) lost();
      return;
    }
    case 12:
      return upgrade(*peer);
    case 13:
    case 14:
      return say(*peer);
    case 15:
      for (unsigned count = take() % 16; count > 0; --count) send(*peer, take() % 2 == 1);
      return;
    case 16:
      if (peer->session != nullptr) peer->session->close();
      return;
    default:
      peer->manner = static_cast<ScriptedManner>(take() % 5);
      return;
  }
}

// ---- what peers do

void Play::open(TransportKind transport) {
  if (peers_.size() >= kMaxPeers) return;
  ScriptedPeer& peer = *peers_.emplace_back(std::make_unique<ScriptedPeer>());
  const Sid sid = make_sid({});
  peer.sid = sid.text();
  SessionImpl& session = table_.add(std::make_unique<SessionImpl>(table_, sid, transport, HandshakeInfo{}));
  peer.session = &session;
  if (transport == TransportKind::polling) {
    session.start(std::make_unique<PollingTransport>(config_, session));
    session.set_listener(std::make_unique<ScriptedListener>(*this, peer));
    get(peer);
  } else {
    session.start(connect(peer, session));
    session.set_listener(std::make_unique<ScriptedListener>(*this, peer));
  }
}

std::unique_ptr<WebSocketTransport> Play::connect(ScriptedPeer& peer, SessionImpl& session) {
  const auto wire = peer.wires.emplace_back(std::make_shared<ScriptedWire>(peer));
  const std::uint8_t kind = take();
  wire->frames_left = kind < 64 ? kind : 1'000;
  return std::make_unique<WebSocketTransport>(
      [&](net::WebSocketListener& listener) {
        wire->listener = &listener;
        return std::make_unique<ScriptedConnection>(wire, executor_);
      },
      kind % 2 == 0 ? WebSocketTransport::Binary::frames : WebSocketTransport::Binary::base64, session);
}

void Play::get(ScriptedPeer& peer) {
  if (SessionImpl* session = polling(peer)) session->on_get(request(peer, peer.get));
}

void Play::post(ScriptedPeer& peer, bool follows) {
  SessionImpl* const session = polling(peer);
  if (session == nullptr) return;
  if (follows) return session->on_post_begun(request(peer, peer.post));
  std::shared_ptr<ScriptedRequest> whole;
  const auto answer = request(peer, whole);
  session->on_post(take_packets(peer), *answer);
}

void Play::upgrade(ScriptedPeer& peer) {
  SessionImpl* const session = polling(peer);
  if (session != nullptr && session->begin_upgrade()) session->start_upgrade(connect(peer, *session));
}

// Something on one of the peer's WebSockets.
void Play::say(ScriptedPeer& peer) {
  if (peer.wires.empty()) return;
  const auto wire = peer.wires[take() % peer.wires.size()];
  if (!wire->speaks()) return;
  switch (take() % 10) {
    case 0:
      return wire->listener->on_text("2probe");
    case 1:
    case 2:
      return wire->listener->on_text("5");
    case 3:
      return wire->listener->on_text("3");
    case 4:
      return wire->listener->on_text(take_text());
    case 5:
      return wire->listener->on_binary(take_text());
    case 6:
      return wire->end(1005, false);
    case 7:
      return wire->end(1009, true);
    case 8:
      wire->queued_bytes = take();
      return;
    default:
      return wire->listener->on_text("4n" + std::to_string(++peer.said));
  }
}

// ---- the rules

void Play::check() {
  std::size_t polling = 0, websocket = 0;
  for (const auto& peer : peers_) {
    const SessionImpl* session = table_.find(peer->sid);
    if (session == nullptr) continue;
    ++(session->transport_kind() == TransportKind::polling ? polling : websocket);
    if (session->transport_kind() == TransportKind::websocket) {
      SKAT_CHECK(peer->sent == peer->seen, "a message waits though its WebSocket is open");
    }
  }
  SKAT_CHECK(table_.counts().polling == polling, "polling sessions are miscounted");
  SKAT_CHECK(table_.counts().websocket == websocket, "WebSocket sessions are miscounted");
  SKAT_CHECK(table_.size() == polling + websocket, "a session nobody knows");

  executor_.run();
  for (const auto& peer : peers_) {
    const bool gone = table_.find(peer->sid) == nullptr;
    executor_.run();
    if (!gone) {
      const bool held = peer->get && !peer->get->ended;
      SKAT_CHECK(!held || peer->sent == peer->seen, "a message waits though a GET is held");
      continue;
    }
    SKAT_CHECK(peer->closed && peer->listener_gone, "the listener did not hear of the end");
    for (const auto& request : peer->requests) SKAT_CHECK(request->ended, "a request of a session that is gone waits");
  }
}

// Everything ends, and nothing stays behind.
void Play::finish() {
  table_.close_all(CloseReason::server_shutting_down);
  executor_.advance(config_.ping_interval + config_.ping_timeout + config_.close_timeout);
  check();
  SKAT_CHECK(table_.size() == 0, "a session did not end");
  for (const auto& peer : peers_) {
    for (const auto& wire : peer->wires) wire->end(1005, false);
  }
  executor_.run();
  for (const auto& peer : peers_) {
    SKAT_CHECK(peer->closed && peer->listener_gone, "on_close never came");
    for (const auto& wire : peer->wires) SKAT_CHECK(!wire->exists, "a connection was kept");
  }
}

}  // namespace

void play_session_script(std::string_view script) {
  Play(script).run();
}

}  // namespace skat::engineio::testing
