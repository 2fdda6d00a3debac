// The smallest useful Socket.IO server: rooms, a broadcast, an acknowledgement. docs/library.md walks through it.
#include <csignal>
#include <cstdio>
#include <memory>

#include "socketio/socketio.hpp"

using namespace skat::socketio;

static void set_up(Server& server, skat::base::Executor&) {
  Namespace& nsp = server.of("/");
  nsp.on_connection([](const std::shared_ptr<Socket>& socket) { socket->join("lobby"); });
  nsp.on("say", [](const std::shared_ptr<Socket>& socket, const EventView& event, const Ack& ack) {
    socket->to("lobby").emit("said", event.args_json, event.attachments);
    ack("true");
  });
}

int main() {
  sigset_t ending;  // blocked before any thread starts: sigwait takes it
  sigemptyset(&ending);
  sigaddset(&ending, SIGINT);
  sigaddset(&ending, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);

  HostConfig config;
  config.listen.port = 3000;
  config.loops = 2;
  if (const auto problem = validate(config)) {
    std::fprintf(stderr, "%s\n", problem->c_str());
    return 2;
  }
  const auto host = Host::open(config, set_up);
  if (!host) {
    std::fprintf(stderr, "%s\n", host.error().message().c_str());
    return 1;
  }
  (*host)->start();
  int signal = 0;
  sigwait(&ending, &signal);
  (*host)->stop();
  return 0;
}
