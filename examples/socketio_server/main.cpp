// A small Socket.IO server without chat: what an application of net, engineio and socketio looks like, and what the
// public protocol suites talk to.
//   /engine.io/  a bare Engine.IO server that sends every message back
//   /socket.io/  Socket.IO; "auth" (the auth payload) is emitted at connection; the namespaces are
//     "/", "/custom"   for everybody
//     "/room-<number>" made at its first connection, gone with its last
//     "/admin"         with {"token":"let me in"} as auth; else CONNECT_ERROR "Not authorized" with data
//
//   event            arguments     effect (each is acknowledged, if asked to; ack() without arguments unless said)
//   message          any           "message-back" with the same arguments; no acknowledgement
//   message-with-ack any           ack(the same arguments)
//   join, leave      room
//   say              room, value   "said" (value) to all in the room
//   binary           room, any     "binary" (the rest) to the others in the room
//   shout            any           "shouted" (the same) to all others
//   ask-everyone     any           "question" (the same) to all, who acknowledge it; ack(error text or null, [answers])
//   who              [room]        ack(error text or null, [socket ids])
//   kick             socket id     disconnects that socket; its connection stays
//   close                          disconnects all of the client's sockets and closes its connection
// Listens on 127.0.0.1; usage() below is the list of its flags.
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "namespaces.hpp"
#include "socketio/socketio.hpp"

namespace {

namespace engineio = skat::engineio;
namespace net = skat::net;
namespace socketio = skat::socketio;
using std::chrono::milliseconds;

struct Settings {
  std::map<std::string_view, std::uint16_t> numbers{
      {"--port", 3'000}, {"--ping-interval", 300}, {"--ping-timeout", 200}, {"--loops", 1}};
  std::map<std::string_view, std::string> texts{{"--origin", ""}, {"--key", ""}, {"--tls-cert", ""}, {"--tls-key", ""}};
  std::map<std::string_view, bool> switches{{"--deflate", false}, {"--recovery", false}, {"--cookie", false}};

  [[nodiscard]] bool secure() const { return !texts.at("--tls-key").empty(); }
};

constexpr const char* kUsage =
    "usage: socketio_server [--name [value]]…\n"
    "  --port N             of 127.0.0.1 (3000); 0: a free one\n"
    "  --ping-interval MS   between heartbeats (300)\n"
    "  --ping-timeout MS    a heartbeat's answer may take (200)\n"
    "  --loops N            threads (1); what reaches all in a room reaches those on every loop\n"
    "  --origin URL         pages of this origin only, with credentials; without it pages of any, without them\n"
    "  --key TEXT           handshakes need ?key=TEXT\n"
    "  --cookie             polling handshakes set the cookie \"io\"\n"
    "  --deflate            permessage-deflate for clients that offer it\n"
    "  --recovery           connection state recovery\n"
    "  --tls-cert FILE --tls-key FILE   HTTPS; PEM\n";

// Fills in `settings`; false when the arguments are anything else.
bool parse_arguments(int argc, char** argv, Settings& settings) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (const auto found = settings.switches.find(arguments[i]); found != settings.switches.end()) {
      found->second = true;
      continue;
    }
    const auto number = settings.numbers.find(arguments[i]);
    const auto text = settings.texts.find(arguments[i]);
    if ((number == settings.numbers.end() && text == settings.texts.end()) || ++i == arguments.size()) return false;
    const std::string_view value = arguments[i];
    if (text != settings.texts.end()) {
      text->second = value;
      continue;
    }
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number->second);
    if (error != std::errc{} || end != value.data() + value.size()) return false;
  }
  return settings.texts.at("--tls-cert").empty() == settings.texts.at("--tls-key").empty();
}

net::ListenConfig listen_config(const Settings& settings) {
  net::ListenConfig config{.address = "127.0.0.1", .port = settings.numbers.at("--port")};
  if (settings.secure()) config.tls = {settings.texts.at("--tls-cert"), settings.texts.at("--tls-key")};
  return config;
}

class EchoListener final : public engineio::SessionListener {
 public:
  explicit EchoListener(engineio::Session& session) : session_(session) {}
  void on_text(std::string_view text) override { session_.send(engineio::make_text_frame(text)); }
  void on_binary(std::string_view bytes) override { session_.send(engineio::make_binary_frame(bytes)); }
  void on_close(engineio::CloseReason) override {}

 private:
  engineio::Session& session_;
};

engineio::Config engine_config(std::string path, const Settings& settings) {
  engineio::Config config;
  config.path = std::move(path);
  config.ping_interval = milliseconds(settings.numbers.at("--ping-interval"));
  config.ping_timeout = milliseconds(settings.numbers.at("--ping-timeout"));
  config.per_message_deflate.enabled = settings.switches.at("--deflate");
  if (settings.switches.at("--cookie")) config.cookie.emplace();
  if (const auto& origin = settings.texts.at("--origin"); !origin.empty()) {
    config.origin = {.allow_own = false, .allow_localhost = false, .allowed = {origin}};
  } else {
    config.origin.allow_any = true;
    config.cors.credentials = false;
  }
  return config;
}

socketio::Config socket_config(const Settings& settings) {
  socketio::Config config;
  config.connect_timeout = milliseconds(1'000);
  config.cleanup_empty_child_namespaces = true;
  if (settings.switches.at("--recovery")) config.recovery.emplace();
  return config;
}

// Each loop's word on its handshakes; none without --key.
engineio::EngineHooks make_hooks(const Settings& settings) {
  engineio::EngineHooks hooks;
  const auto& key = settings.texts.at("--key");
  if (key.empty()) return hooks;
  hooks.allow_request = [key](std::size_t) -> engineio::AllowRequest {
    return [key](const net::HttpRequest& request, engineio::HandshakeDecision decision) {
      for (const auto& [name, value] : net::parse_query(request.query)) {
        if (name == "key" && value == key) return decision.allow();
      }
      decision.refuse("Wrong key");
    };
  };
  return hooks;
}

int serve(const Settings& settings, const sigset_t& ending) {
  const socketio::HostConfig config{.listen = listen_config(settings),
                                    .http = {},
                                    .engine = engine_config("/socket.io/", settings),
                                    .socketio = socket_config(settings),
                                    .loops = settings.numbers.at("--loops")};
  if (const auto problem = socketio::validate(config)) {
    std::fprintf(stderr, "socketio_server: %s\n", problem->c_str());
    return 2;
  }
  const auto echo_config = engine_config("/engine.io/", settings);
  std::vector<std::unique_ptr<engineio::Engine>> echo;
  const auto add_echo = [&](net::Router& router, const std::vector<net::Loop*>& loops) {
    echo = engineio::make_engines(echo_config, loops, [](std::size_t) {
      return [](engineio::Session& session) { return std::make_unique<EchoListener>(session); };
    });
    socketio::add_engine_route(router, echo_config, loops, echo);
  };
  const auto host = socketio::Host::open(config, example::register_namespaces, add_echo, make_hooks(settings));
  if (!host) {
    std::fprintf(stderr, "socketio_server: %s\n", host.error().message().c_str());
    return 1;
  }
  (*host)->start();
  std::printf("listening on %s://127.0.0.1:%u\n", settings.secure() ? "https" : "http",
              static_cast<unsigned>((*host)->port()));
  std::fflush(stdout);

  int signal = 0;
  sigwait(&ending, &signal);
  (*host)->stop();
  echo.clear();  // before the loops it lives on
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  if (!parse_arguments(argc, argv, settings)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  // Before any thread starts, so that all of them leave these signals to sigwait.
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);
  return serve(settings, ending);
}
