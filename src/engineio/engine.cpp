#include "engineio/engine.hpp"

#include <utility>

#include "base/check.hpp"
#include "engineio/cookie.hpp"
#include "engineio/cors.hpp"
#include "engineio/examined_request.hpp"
#include "engineio/handshake.hpp"
#include "engineio/loop_forwarder.hpp"
#include "engineio/polling_transport.hpp"
#include "engineio/session_table.hpp"
#include "engineio/sid.hpp"
#include "engineio/undecided_handshakes.hpp"
#include "engineio/websocket_transport.hpp"
#include "net/websocket_connection.hpp"

namespace skat::engineio {

namespace {

class LoopEngine final : public Engine {
 public:
  struct Hooks {
    Accept accept;
    AllowRequest allow_request;
    SessionForwarder* session_forwarder = nullptr;
  };

  LoopEngine(const Config& config, const std::vector<net::Loop*>& loops, std::size_t index, Hooks hooks,
             std::shared_ptr<LoopForwarder::Group> group)
      : config_(config),
        cors_(config_.origin, config_.cors),
        loops_(loops),
        accept_(std::move(hooks.accept)),
        nodes_(hooks.session_forwarder),
        forwarder_(std::move(group), index,
                   [this](const SessionRequest& request, std::unique_ptr<Answer> answer) {
                     serve_here(request, std::move(answer));
                   }),
        table_(config_, *loops[index]),
        undecided_(std::move(hooks.allow_request), config_.max_undecided_handshakes,
                   [this](Handshake handshake, const std::optional<std::string>& refusal) {
                     finish_handshake(std::move(handshake), refusal);
                   }) {}

  // All engines are made before any of them handles a request.
  void set_peers(std::vector<LoopEngine*> peers) { peers_ = std::move(peers); }

  void handle(net::HttpRequest request, net::Responder responder) override;
  void serve(SessionRequest request, std::unique_ptr<Answer> answer) override;
  void set_node(NodeTag node) override { node_ = node; }
  void shut_down() override;
  [[nodiscard]] EngineStats stats() const override;

 private:
  enum class Owner : std::uint8_t { this_loop, other_loop, other_node };

  void handshake(Handshake handshake);
  void finish_handshake(Handshake handshake, const std::optional<std::string>& refusal);
  void open_by_polling(Handshake handshake);
  void open_by_websocket(Handshake handshake);
  void upgrade(net::HttpRequest request, net::Responder responder, Examined examined);
  void polling_request(net::HttpRequest request, net::Responder responder, Examined examined);
  // A polling request with a sid of this loop.
  void serve_here(const SessionRequest& request, std::unique_ptr<Answer> answer);

  // Who owns the session; `this_loop` also when nobody can. `at` is whom the sid names.
  [[nodiscard]] Owner find_owner(std::string_view sid, SidOwner& at) const;
  [[nodiscard]] bool takes_handshakes() const noexcept {
    return !shutting_down_ && table_.size() < config_.max_sessions;
  }
  SessionImpl& open(TransportKind transport, net::HttpRequest request);

  // Set at construction.
  const Config config_;
  const Cors cors_;
  const std::vector<net::Loop*> loops_;
  std::vector<LoopEngine*> peers_;
  Accept accept_;
  SessionForwarder* const nodes_;  // null: there is no cluster
  // Loop only.
  LoopForwarder forwarder_;
  SessionTable table_;
  UndecidedHandshakes undecided_;
  NodeTag node_ = config_.node;
  bool shutting_down_ = false;
};

// Answers that come before any session has to do with the request.
void respond(net::Responder responder, Examined examined, net::HttpResponse response) {
  response.close = response.close || examined.facts.upgrade;
  LocalAnswer(std::move(responder), std::move(examined.cors)).respond(std::move(response));
}

void LoopEngine::handle(net::HttpRequest request, net::Responder responder) {
  Examined examined = examine(request, config_, cors_);
  const RequestFacts& facts = examined.facts;
  if (request.method == "OPTIONS" && cors_.enabled()) {
    if (facts.origin_refused || facts.origin_malformed) {
      return respond(std::move(responder), std::move(examined), error_response(RequestError::forbidden, false));
    }
    const auto requested = request.header("Access-Control-Request-Headers");
    return responder.respond(cors_.preflight(request.header("Origin"), examined.origin, requested));
  }
  if (facts.sid.empty()) return handshake({std::move(request), std::move(responder), std::move(examined)});
  if (facts.upgrade) return upgrade(std::move(request), std::move(responder), std::move(examined));
  polling_request(std::move(request), std::move(responder), std::move(examined));
}

LoopEngine::Owner LoopEngine::find_owner(std::string_view sid, SidOwner& at) const {
  const auto owner = owner_of(sid);
  if (!owner) return Owner::this_loop;
  at = *owner;
  if (at.node != node_) {
    const bool cluster = nodes_ != nullptr && node_ != NodeTag::none && at.node != NodeTag::none;
    return cluster ? Owner::other_node : Owner::this_loop;
  }
  return at.loop >= loops_.size() || at.loop == forwarder_.index() ? Owner::this_loop : Owner::other_loop;
}

// ---- handshakes

void LoopEngine::handshake(Handshake handshake) {
  const RequestFacts& facts = handshake.examined.facts;
  const auto error = check_request(facts, std::nullopt);
  // Of the checks of a handshake only that of the revision comes after AllowRequest.
  const bool asks = undecided_.asks() && (!error || *error == RequestError::unsupported_protocol);
  if (!asks) return finish_handshake(std::move(handshake), std::nullopt);
  if (undecided_.full() || !takes_handshakes()) {
    return respond(std::move(handshake.responder), std::move(handshake.examined), empty_response(503));
  }
  undecided_.ask(std::move(handshake));
}

void LoopEngine::finish_handshake(Handshake handshake, const std::optional<std::string>& refusal) {
  const RequestFacts& facts = handshake.examined.facts;
  const auto error = refusal ? RequestError::forbidden : check_request(facts, std::nullopt);
  if (error || !takes_handshakes()) {
    auto response = error ? error_response(*error, facts.upgrade, refusal) : empty_response(503);
    return respond(std::move(handshake.responder), std::move(handshake.examined), std::move(response));
  }
  if (facts.upgrade) return open_by_websocket(std::move(handshake));
  open_by_polling(std::move(handshake));
}

SessionImpl& LoopEngine::open(TransportKind transport, net::HttpRequest request) {
  return table_.add(std::make_unique<SessionImpl>(table_, make_sid({node_, forwarder_.index()}), transport,
                                                  HandshakeInfo::of(std::move(request))));
}

void LoopEngine::open_by_polling(Handshake handshake) {
  auto answer = std::make_unique<LocalAnswer>(std::move(handshake.responder), std::move(handshake.examined.cors));
  SessionImpl& session = open(TransportKind::polling, std::move(handshake.request));
  if (config_.cookie) answer->add({"Set-Cookie", set_cookie(*config_.cookie, session.sid())});
  session.start(std::make_unique<PollingTransport>(config_, session));
  session.set_listener(accept_(session));
  session.on_get(std::move(answer));
}

void LoopEngine::open_by_websocket(Handshake handshake) {
  auto& [request, responder, examined] = handshake;
  add_subprotocol(request, examined.cors);
  const auto binary = examined.facts.base64 ? WebSocketTransport::Binary::base64 : WebSocketTransport::Binary::frames;
  SessionImpl& opened = open(TransportKind::websocket, std::move(request));
  opened.start(WebSocketTransport::accept(responder.release(), std::move(examined.cors), config_, binary, opened));
  opened.set_listener(accept_(opened));
}

// ---- requests of sessions

void LoopEngine::upgrade(net::HttpRequest request, net::Responder responder, Examined examined) {
  const RequestFacts& facts = examined.facts;
  SidOwner at;
  const Owner owner = find_owner(facts.sid, at);
  if (owner == Owner::other_loop) {
    LoopEngine* const to = peers_[at.loop];
    net::move_exchange(responder.release(), *loops_[at.loop],
                       [to, moved = std::move(request)](std::shared_ptr<net::HttpExchange> exchange) mutable {
                         to->handle(std::move(moved), net::Responder(std::move(exchange)));
                       });
    return;
  }
  SessionImpl* const session = owner == Owner::this_loop ? table_.find(facts.sid) : nullptr;
  auto transport = session != nullptr ? std::optional(session->transport_kind()) : std::nullopt;
  if (owner == Owner::other_node) transport = TransportKind::polling;  // as far as this node can know
  auto error = check_request(facts, transport);
  if (!error && (session == nullptr || !config_.allow_upgrades)) error = RequestError::bad_request;
  if (error) return respond(std::move(responder), std::move(examined), error_response(*error, true));

  add_subprotocol(request, examined.cors);
  const auto binary = facts.base64 ? WebSocketTransport::Binary::base64 : WebSocketTransport::Binary::frames;
  if (session->begin_upgrade()) {
    session->start_upgrade(
        WebSocketTransport::accept(responder.release(), std::move(examined.cors), config_, binary, *session));
  } else {
    table_.reject(responder.release(), std::move(examined.cors));
  }
}

void LoopEngine::polling_request(net::HttpRequest request, net::Responder responder, Examined examined) {
  SessionRequest for_session{std::move(examined.facts), std::move(request.body), request.body_follows,
                             is_octet_stream(request)};
  auto answer = std::make_unique<LocalAnswer>(std::move(responder), std::move(examined.cors));
  SidOwner at;
  switch (find_owner(for_session.facts.sid, at)) {
    case Owner::this_loop:
      return serve_here(for_session, std::move(answer));
    case Owner::other_loop:
      return forwarder_.forward(at.loop, std::move(for_session), std::move(answer));
    case Owner::other_node:
      return nodes_->forward(at.node, std::move(for_session), std::move(answer));
  }
}

void LoopEngine::serve(SessionRequest request, std::unique_ptr<Answer> answer) {
  SidOwner at;
  switch (find_owner(request.facts.sid, at)) {
    case Owner::this_loop:
      return serve_here(request, std::move(answer));
    case Owner::other_loop:
      return forwarder_.forward(at.loop, std::move(request), std::move(answer));
    case Owner::other_node:  // never passed on twice
      return answer->respond(error_response(RequestError::sid_unknown, false));
  }
}

void LoopEngine::serve_here(const SessionRequest& request, std::unique_ptr<Answer> answer) {
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
                                                  base::Function<Engine::Accept(std::size_t)> accept,
                                                  EngineHooks hooks) {
  SKAT_CHECK(!loops.empty() && loops.size() <= kMaxLoops, "a sid names up to 256 loops");
  SKAT_CHECK(!validate(config), "the configuration has not been validated");
  const auto group = LoopForwarder::make_group(config, {loops.begin(), loops.end()});
  std::vector<std::unique_ptr<Engine>> engines;
  std::vector<LoopEngine*> peers;
  for (std::size_t i = 0; i < loops.size(); ++i) {
    LoopEngine::Hooks of_loop{accept(i), nullptr, nullptr};
    if (hooks.allow_request) of_loop.allow_request = hooks.allow_request(i);
    if (hooks.session_forwarder) of_loop.session_forwarder = hooks.session_forwarder(i);
    auto engine = std::make_unique<LoopEngine>(config, loops, i, std::move(of_loop), group);
    peers.push_back(engine.get());
    engines.push_back(std::move(engine));
  }
  for (LoopEngine* engine : peers) engine->set_peers(peers);
  return engines;
}

}  // namespace skat::engineio
