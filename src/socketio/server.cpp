#include "socketio/server.hpp"

#include <memory>
#include <utility>

#include "base/logger.hpp"
#include "socketio/client.hpp"
#include "socketio/cluster_link.hpp"
#include "socketio/encoder.hpp"
#include "socketio/namespace_table.hpp"

namespace skat::socketio {
namespace {

// Engine.IO may destroy the listener while one of its calls is running; the client lives until that returns.
class ClientListener final : public engineio::SessionListener {
 public:
  explicit ClientListener(std::shared_ptr<Client> client) : client_(std::move(client)) {}
  void on_text(std::string_view text) override { std::shared_ptr(client_)->on_text(text); }
  void on_binary(std::string_view bytes) override { std::shared_ptr(client_)->on_binary(bytes); }
  void on_close(engineio::CloseReason reason) override { std::shared_ptr(client_)->on_close(reason); }

 private:
  std::shared_ptr<Client> client_;
};

class LoopServer final : public Server, private ClusterReceiver {
 public:
  LoopServer(const Config& config, base::Executor& loop)
      : config_(config),
        cluster_(config_.max_cluster_requests),
        namespaces_(loop, config_, cluster_),
        context_{namespaces_, loop, config_} {}

  Namespace& of(std::string_view name) override { return namespaces_.of(name); }
  void of(base::Function<bool(std::string_view)> matches, base::Function<void(Namespace&)> set_up) override {
    namespaces_.add_pattern(std::move(matches), std::move(set_up));
  }
  Namespace* find(std::string_view name) override { return namespaces_.find(name); }

  std::unique_ptr<engineio::SessionListener> accept(engineio::Session& session) override {
    auto client = std::make_shared<Client>(context_, session);
    client->start();
    return std::make_unique<ClientListener>(std::move(client));
  }

  void connect_cluster(ClusterPort& port) override { cluster_.connect(port); }
  ClusterReceiver& cluster_receiver() override { return *this; }

 private:
  // ClusterReceiver
  void on_request(const ClusterRequest& request, ClusterReply reply) override {
    if (LiveNamespace* nsp = namespaces_.find(request.nsp)) return nsp->on_request(request, std::move(reply));
    LiveNamespace::answer_without(request, reply);
  }
  void on_expected(std::uint64_t id, std::size_t servers) override { cluster_.on_expected(id, servers); }
  void on_answer(std::uint64_t id, ClusterAnswer answer) override { cluster_.on_answer(id, std::move(answer)); }

  const Config config_;
  ClusterLink cluster_;
  NamespaceTable namespaces_;
  const ClientContext context_;
};

}  // namespace

engineio::Frame encode_event(std::string_view nsp, std::string_view event, std::string_view args_json) {
  if (is_reserved_event(event)) {
    base::log(base::LogLevel::error, "socketio", "{}: the event name {} is reserved", nsp, event);
    return nullptr;
  }
  return engineio::make_text_frame(encode_event_text(nsp, std::nullopt, event, args_json));
}

std::unique_ptr<Server> make_server(const Config& config, base::Executor& loop) {
  return std::make_unique<LoopServer>(config, loop);
}

}  // namespace skat::socketio
