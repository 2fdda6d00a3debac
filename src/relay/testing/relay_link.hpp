// A cluster of two echo servers whose relays share a bus in the process; each relay has a core thread of its own.
#pragma once

#include <array>
#include <future>
#include <memory>

#include "bus/testing/shared_bus.hpp"
#include "engineio/testing/cluster_link.hpp"
#include "net/loop_group.hpp"
#include "relay/relay.hpp"

namespace skat::relay::testing {

using engineio::NodeTag;
using engineio::testing::EchoServer;

class RelayLink final : public engineio::testing::ClusterLink {
 public:
  explicit RelayLink(Config config = {}) : config_(config) {}
  ~RelayLink() override { end(); }
  RelayLink(const RelayLink&) = delete;
  RelayLink& operator=(const RelayLink&) = delete;

  engineio::EngineHooks hooks(std::size_t node) override {
    engineio::EngineHooks hooks;
    hooks.session_forwarder = [this, node](std::size_t loop) { return &nodes_[node].ports[loop]; };
    return hooks;
  }
  [[nodiscard]] NodeTag tag(std::size_t node) const override {
    const auto& relay = nodes_[node].relay;
    return relay ? relay->tag() : static_cast<NodeTag>(node + 1);
  }
  void connect(const std::array<EchoServer*, 2>& servers) override {
    for (std::size_t i = 0; i < 2; ++i) make(nodes_[i], *servers[i]);
    for (Node& node : nodes_) {
      node.core.start();
      on_core(node, [&] { node.relay->start(); });
    }
    const auto both_known = [this](Node& node) {
      bool known = false;
      on_core(node, [&] { known = node.relay->stats().nodes == 1; });
      return known;
    };
    while (!both_known(nodes_[0]) || !both_known(nodes_[1])) std::this_thread::yield();
  }
  void end() override {
    for (Node& node : nodes_) {
      node.core.stop();
      node.core.join();
    }
  }

  bus::testing::SharedBus& bus() { return bus_; }
  void cut(std::size_t node) {
    on_core(nodes_[node], [&] { bus::testing::SharedBus::cut(*nodes_[node].end); });
  }
  void join(std::size_t node) {
    on_core(nodes_[node], [&] { bus::testing::SharedBus::join(*nodes_[node].end); });
  }
  void stop(std::size_t node) {
    on_core(nodes_[node], [&] { nodes_[node].relay->stop(); });
  }
  RelayStats stats(std::size_t node) {
    RelayStats stats;
    on_core(nodes_[node], [&] { stats = nodes_[node].relay->stats(); });
    return stats;
  }

 private:
  // Stands in for the relay's own forwarder, which can only be made once the server has its loops.
  struct Port final : engineio::SessionForwarder {
    void forward(NodeTag node, engineio::SessionRequest request, std::unique_ptr<engineio::Answer> answer) override {
      to->forward(node, std::move(request), std::move(answer));
    }
    engineio::SessionForwarder* to = nullptr;
  };
  struct Node {
    net::LoopGroup core{"core", 1};
    std::unique_ptr<bus::Bus> end;
    std::unique_ptr<Relay> relay;
    std::array<Port, 2> ports;
  };

  void make(Node& node, EchoServer& server) {
    base::Executor& core = *node.core.loops().front();
    node.end = bus_.make_end(core);
    node.relay = make_relay(config_, core, *node.end, {&server.loop(0), &server.loop(1)});
    node.relay->connect({&server.engine(0), &server.engine(1)});
    for (std::size_t loop = 0; loop < 2; ++loop) {
      server.on_loop(loop, [&] {
        node.ports[loop].to = node.relay->forwarder(loop);
        server.engine(loop).set_node(node.relay->tag());
      });
    }
  }
  static void on_core(Node& node, base::Function<void()> f) {
    std::promise<void> done;
    node.core.loops().front()->post([&] {
      f();
      done.set_value();
    });
    done.get_future().wait();
  }

  const Config config_;
  bus::testing::SharedBus bus_;
  std::array<Node, 2> nodes_;
};

}  // namespace skat::relay::testing
