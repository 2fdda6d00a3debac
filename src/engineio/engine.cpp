#include "engineio/engine.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "engineio/answer.hpp"
#include "engineio/handshake.hpp"
#include "engineio/loop_forwarder.hpp"
#include "engineio/origin_policy.hpp"
#include "engineio/polling_transport.hpp"
#include "engineio/session_request.hpp"
#include "engineio/session_table.hpp"
#include "engineio/sid.hpp"
#include "engineio/websocket_transport.hpp"
#include "net/websocket_connection.hpp"

namespace skat::engineio {

namespace {

bool is_octet_stream(std::string_view content_type) noexcept {
  constexpr std::string_view kOctetStream = "application/octet-stream";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(content_type.substr(0, kOctetStream.size()), kOctetStream, {}, lower);
}

// The reference takes the first subprotocol that is offered.
void add_subprotocol(const net::HttpRequest& request, std::vector<net::Header>& headers) {
  std::string_view offered = request.header("Sec-WebSocket-Protocol");
  offered = offered.substr(0, offered.find(','));
  const std::size_t begin = offered.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return;
  offered = offered.substr(begin, offered.find_last_not_of(" \t") - begin + 1);
  headers.push_back({"Sec-WebSocket-Protocol", std::string(offered)});
}

// What is decided about a request before its session is looked up.
struct Examined {
  RequestFacts facts;
  std::vector<net::Header> cors;
};

Examined examine(const net::HttpRequest& request, const Config& config) {
  const std::string_view origin = request.header("Origin");
  const OriginVerdict verdict = judge_origin(config.origin, origin, request.header("Host"));
  Examined examined{read_facts(request, config), cors_headers(config.origin, verdict, origin)};
  examined.facts.origin_malformed = verdict == OriginVerdict::malformed;
  examined.facts.origin_refused = verdict == OriginVerdict::refused;
  return examined;
}

class LoopEngine final : public Engine {
 public:
  LoopEngine(const Config& config, const std::vector<net::Loop*>& loops, std::size_t index, Accept accept,
             std::shared_ptr<LoopForwarder::Group> group)
      : config_(config),
        loops_(loops),
        accept_(std::move(accept)),
        forwarder_(std::move(group), index,
                   [this](const SessionRequest& request, std::unique_ptr<Answer> answer) {
                     serve(request, std::move(answer));
                   }),
        table_(config_, *loops[index]) {}

  // All engines are made before any of them handles a request.
  void set_peers(std::vector<LoopEngine*> peers) { peers_ = std::move(peers); }

  void handle(net::HttpRequest request, net::Responder responder) override;
  void shut_down() override;
  [[nodiscard]] EngineStats stats() const override;

 private:
  void handle_upgrade(net::HttpRequest request, net::Responder responder, Examined examined);
  void handshake_by_polling(const RequestFacts& facts, net::HttpRequest request, std::unique_ptr<Answer> answer);
  // A polling request with a sid of this loop.
  void serve(const SessionRequest& request, std::unique_ptr<Answer> answer);
  // The index of another loop that owns the sid.
  [[nodiscard]] std::optional<std::size_t> other_owner(std::string_view sid) const;
  [[nodiscard]] bool takes_handshakes() const noexcept {
    return !shutting_down_ && table_.size() < config_.max_sessions;
  }
  SessionImpl& open(TransportKind transport, net::HttpRequest request);

  // Set at construction.
  const Config config_;
  const std::vector<net::Loop*> loops_;
  std::vector<LoopEngine*> peers_;
  Accept accept_;
  // Loop only.
  LoopForwarder forwarder_;
  SessionTable table_;
  bool shutting_down_ = false;
};

void LoopEngine::handle(net::HttpRequest request, net::Responder responder) {
  Examined examined = examine(request, config_);
  const RequestFacts& facts = examined.facts;
  if (request.method == "OPTIONS") {
    auto response = facts.origin_refused || facts.origin_malformed
                        ? error_response(RequestError::forbidden, false)
                        : preflight_response(request.header("Access-Control-Request-Headers"));
    LocalAnswer(std::move(responder), std::move(examined.cors)).respond(std::move(response));
    return;
  }
  if (facts.upgrade) return handle_upgrade(std::move(request), std::move(responder), std::move(examined));

  auto answer = std::make_unique<LocalAnswer>(std::move(responder), std::move(examined.cors));
  if (facts.sid.empty()) return handshake_by_polling(facts, std::move(request), std::move(answer));
  const bool octet_stream = is_octet_stream(request.header("Content-Type"));
  SessionRequest for_session{std::move(examined.facts), std::move(request.body), request.body_follows, octet_stream};
  if (const auto owner = other_owner(for_session.facts.sid)) {
    forwarder_.forward(*owner, std::move(for_session), std::move(answer));
  } else {
    serve(for_session, std::move(answer));
  }
}

std::optional<std::size_t> LoopEngine::other_owner(std::string_view sid) const {
  const auto owner = loop_of(sid);
  if (!owner || *owner >= loops_.size() || *owner == forwarder_.index()) return std::nullopt;
  return owner;
}

SessionImpl& LoopEngine::open(TransportKind transport, net::HttpRequest request) {
  return table_.add(std::make_unique<SessionImpl>(table_, make_sid(forwarder_.index()), transport,
                                                  HandshakeInfo::of(std::move(request))));
}

void LoopEngine::handshake_by_polling(const RequestFacts& facts, net::HttpRequest request,
                                      std::unique_ptr<Answer> answer) {
  if (const auto error = check_request(facts, std::nullopt)) return answer->respond(error_response(*error, false));
  if (!takes_handshakes()) return answer->respond(empty_response(503));
  SessionImpl& session = open(TransportKind::polling, std::move(request));
  session.start(std::make_unique<PollingTransport>(config_, session));
  session.set_listener(accept_(session));
  session.on_get(std::move(answer));
}

void LoopEngine::serve(const SessionRequest& request, std::unique_ptr<Answer> answer) {
  const RequestFacts& facts = request.facts;
  SessionImpl* session = table_.find(facts.sid);
  const auto transport = session != nullptr ? std::optional(session->transport_kind()) : std::nullopt;
  const auto error = check_request(facts, transport);
  const bool get = facts.method == "GET";
  if (error || session == nullptr || transport != TransportKind::polling || (!get && facts.method != "POST")) {
    return answer->respond(error_response(error.value_or(RequestError::bad_request), false));
  }
  if (get) return session->on_get(std::move(answer));
  if (request.octet_stream) return session->on_bad_request(*answer);
  if (request.body_follows) return session->on_post_begun(std::move(answer));
  session->on_post(request.body, *answer);
}

void LoopEngine::handle_upgrade(net::HttpRequest request, net::Responder responder, Examined examined) {
  const RequestFacts& facts = examined.facts;
  if (const auto owner = other_owner(facts.sid)) {
    LoopEngine* to = peers_[*owner];
    net::move_exchange(responder.release(), *loops_[*owner],
                       [to, moved = std::move(request)](std::shared_ptr<net::HttpExchange> exchange) mutable {
                         to->handle(std::move(moved), net::Responder(std::move(exchange)));
                       });
    return;
  }
  SessionImpl* session = facts.sid.empty() ? nullptr : table_.find(facts.sid);
  const auto transport = session != nullptr ? std::optional(session->transport_kind()) : std::nullopt;
  auto error = check_request(facts, transport);
  if (!error && session != nullptr && !config_.allow_upgrades) error = RequestError::bad_request;
  const bool refused = !error && session == nullptr && !takes_handshakes();
  if (error || refused) {
    auto response = error ? error_response(*error, true) : empty_response(503);
    response.close = true;
    LocalAnswer(std::move(responder), std::move(examined.cors)).respond(std::move(response));
    return;
  }

  add_subprotocol(request, examined.cors);
  const auto binary = facts.base64 ? WebSocketTransport::Binary::base64 : WebSocketTransport::Binary::frames;
  if (session == nullptr) {
    SessionImpl& opened = open(TransportKind::websocket, std::move(request));
    opened.start(WebSocketTransport::accept(responder.release(), std::move(examined.cors), config_, binary, opened));
    opened.set_listener(accept_(opened));
  } else if (session->begin_upgrade()) {
    session->start_upgrade(
        WebSocketTransport::accept(responder.release(), std::move(examined.cors), config_, binary, *session));
  } else {
    table_.reject(responder.release(), std::move(examined.cors));
  }
}

void LoopEngine::shut_down() {
  shutting_down_ = true;
  table_.close_all(CloseReason::server_shutting_down);
}

EngineStats LoopEngine::stats() const {
  const SessionCounts& counts = table_.counts();
  return {.sessions = table_.size(),
          .polling = counts.polling,
          .websocket = counts.websocket,
          .opened = counts.opened,
          .upgrades = counts.upgrades,
          .frames_in = counts.frames_in,
          .frames_out = counts.frames_out,
          .slow_consumers = counts.slow_consumers};
}

}  // namespace

net::RouteOptions route_options(const Config& config) {
  return {.max_body_bytes = config.max_payload_bytes, .body = net::BodyMode::may_follow};
}

std::vector<std::unique_ptr<Engine>> make_engines(const Config& config, const std::vector<net::Loop*>& loops,
                                                  base::Function<Engine::Accept(std::size_t)> accept) {
  SKAT_CHECK(!loops.empty() && loops.size() <= kMaxLoops, "a sid names up to 256 loops");
  const auto group = LoopForwarder::make_group(config, {loops.begin(), loops.end()});
  std::vector<std::unique_ptr<Engine>> engines;
  std::vector<LoopEngine*> peers;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    auto engine = std::make_unique<LoopEngine>(config, loops, i, accept(i), group);
    peers.push_back(engine.get());
    engines.push_back(std::move(engine));
  }
  for (LoopEngine* engine : peers) engine->set_peers(peers);
  return engines;
}

}  // namespace skat::engineio
