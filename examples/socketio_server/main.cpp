// A small Socket.IO server without chat: what an application of net, engineio and socketio looks like, and what the
// public protocol suites talk to.
//   /engine.io/  a bare Engine.IO server that sends every message back
//   /socket.io/  namespaces "/" and "/custom": emits "auth" at connection; "message" comes back as "message-back",
//                "message-with-ack" as its acknowledgement; "join" (room) and "say" (room, text) make "said" in the
//                room
// usage: socketio_server [--port N] [--ping-interval MS] [--ping-timeout MS] [--deflate]     listens on 127.0.0.1
// --deflate: permessage-deflate for clients that offer it
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <latch>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engineio/engine.hpp"
#include "net/http_server.hpp"
#include "net/loop_group.hpp"
#include "socketio/json_scan.hpp"
#include "socketio/json_string.hpp"
#include "socketio/server.hpp"

namespace {

namespace engineio = skat::engineio;
namespace net = skat::net;
namespace socketio = skat::socketio;
using std::chrono::milliseconds;

struct Settings {
  std::map<std::string_view, std::uint16_t> numbers;
  bool deflate = false;
};

// How long the close packets of a shutdown may take to leave.
constexpr milliseconds kFarewell{100};

// Fills in `settings` ("--name value" for each of its numbers, "--deflate"); false when the arguments are anything
// else.
bool parse_arguments(int argc, char** argv, Settings& settings) {
  const std::vector<std::string_view> arguments(argv + 1, argv + argc);
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--deflate") {
      settings.deflate = true;
      continue;
    }
    const auto setting = settings.numbers.find(arguments[i]);
    if (setting == settings.numbers.end() || ++i == arguments.size()) return false;
    const std::string_view text = arguments[i];
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), setting->second);
    if (error != std::errc{} || end != text.data() + text.size()) return false;
  }
  return true;
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

// The text of a string argument; nothing when there is none or it is something else.
std::optional<std::string> string_argument(const socketio::EventView& event, std::size_t index) {
  if (event.args.size() <= index || socketio::json_kind(event.args[index]) != socketio::JsonKind::string) return {};
  return socketio::decode_json_string(event.args[index]);
}

void on_event(socketio::Socket& socket, const socketio::EventView& event, const socketio::Ack& ack) {
  if (event.name == "message") {
    socket.emit("message-back", event.args_json, event.attachments);
  } else if (event.name == "message-with-ack") {
    ack(event.args_json, event.attachments);
  } else if (const auto room = string_argument(event, 0); room && event.name == "join") {
    socket.join(*room);
    ack("");
  } else if (room && event.name == "say" && event.args.size() == 2) {
    socket.nsp().broadcast(*room, socketio::encode_event(socket.nsp().name(), "said", event.args[1]));
    ack("");
  }
}

void serve_namespace(socketio::Namespace& nsp) {
  nsp.on_connection([](const std::shared_ptr<socketio::Socket>& socket) {
    // The socket outlives its handlers, so they may refer to it.
    socket->on_event([&socket = *socket](const socketio::EventView& event, const socketio::Ack& ack) {
      on_event(socket, event, ack);
    });
    socket->emit("auth", socket->auth_json());
  });
}

engineio::Config engine_config(std::string path, const Settings& settings) {
  engineio::Config config;
  config.path = std::move(path);
  config.ping_interval = milliseconds(settings.numbers.at("--ping-interval"));
  config.ping_timeout = milliseconds(settings.numbers.at("--ping-timeout"));
  config.per_message_deflate.enabled = settings.deflate;
  config.origin.allow_any = true;
  config.origin.credentials = false;
  return config;
}

void route(net::Router& router, const engineio::Config& config, engineio::Engine& engine) {
  router.add_prefix("*", config.path,
                    [&engine](net::HttpRequest request, net::Responder responder) {
                      engine.handle(std::move(request), std::move(responder));
                    },
                    {.max_body_bytes = config.max_payload_bytes});
}

int serve(const Settings& settings, const sigset_t& ending) {
  // One loop: a broadcast reaches the sockets of its loop, and an application with more carries it between them.
  net::LoopGroup loops("loop", 1);
  net::Loop& loop = *loops.loops().front();

  const auto server = socketio::make_server({.connect_timeout = milliseconds(1'000)}, loop);
  for (const auto* name : {"/", "/custom"}) serve_namespace(server->of(name));

  const auto echo_config = engine_config("/engine.io/", settings);
  const auto echo = engineio::make_engines(echo_config, loops.loops(), [](std::size_t) {
    return [](engineio::Session& session) { return std::make_unique<EchoListener>(session); };
  });
  const auto socket_config = engine_config("/socket.io/", settings);
  const auto sockets = engineio::make_engines(socket_config, loops.loops(), [&server](std::size_t) {
    return [&server](engineio::Session& session) { return server->accept(session); };
  });

  net::Router router;
  route(router, echo_config, *echo.front());
  route(router, socket_config, *sockets.front());
  const auto http = net::HttpServer::open({.address = "127.0.0.1", .port = settings.numbers.at("--port")},
                                          net::HttpConfig{}, std::move(router), loops.loops());
  if (!http) {
    std::fprintf(stderr, "socketio_server: %s\n", http.error().message().c_str());
    return 1;
  }
  (*http)->start();
  loops.start();
  std::printf("listening on http://127.0.0.1:%u\n", static_cast<unsigned>((*http)->port()));
  std::fflush(stdout);

  int signal = 0;
  sigwait(&ending, &signal);
  (*http)->stop_accepting();
  std::latch done(1);
  loop.post([&] {
    echo.front()->shut_down();
    sockets.front()->shut_down();
    static_cast<void>(loop.after(kFarewell, [&done] { done.count_down(); }));
  });
  done.wait();
  loops.stop();
  loops.join();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Settings settings{.numbers = {{"--port", 3'000}, {"--ping-interval", 300}, {"--ping-timeout", 200}}};
  if (!parse_arguments(argc, argv, settings)) {
    std::fprintf(stderr, "usage: socketio_server [--port N] [--ping-interval MS] [--ping-timeout MS] [--deflate]\n");
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
