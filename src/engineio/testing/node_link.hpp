// A cluster of two echo servers in one process, node 1 and node 2: each passes requests on to loop 0 of the other, over
// mailboxes.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "engineio/loop_forwarder.hpp"
#include "engineio/session_forwarder.hpp"
#include "engineio/testing/cluster_link.hpp"

namespace skat::engineio::testing {

class NodeLink final : public ClusterLink {
 public:
  EngineHooks hooks(std::size_t node) override {
    EngineHooks hooks;
    hooks.session_forwarder = [this, node](std::size_t loop) -> SessionForwarder* {
      return &ports_.at(2 * node + loop);
    };
    return hooks;
  }
  [[nodiscard]] NodeTag tag(std::size_t node) const override { return static_cast<NodeTag>(node + 1); }

  void connect(const std::array<EchoServer*, 2>& nodes) override {
    std::vector<base::Executor*> executors;
    for (std::size_t seat = 0; seat < 4; ++seat) executors.push_back(&nodes[seat / 2]->loop(seat % 2));
    executors.push_back(executors.front());
    const auto group = LoopForwarder::make_group(Config{}, executors);
    for (std::size_t seat = 0; seat < 4; ++seat) {
      EchoServer& node = *nodes[seat / 2];
      node.on_loop(seat % 2, [&] {
        ports_[seat].forwarder = std::make_unique<LoopForwarder>(
            group, seat, [&node, seat](SessionRequest request, std::unique_ptr<Answer> answer) {
              node.engine(seat % 2).serve(std::move(request), std::move(answer));
            });
      });
    }
    last_ = std::make_unique<LoopForwarder>(group, 4, nullptr);
    for (std::size_t seat = 0; seat < 4; ++seat) nodes[seat / 2]->on_loop(seat % 2, [] {});  // all loops have seen all
  }
  void end() override { last_.reset(); }

 private:
  struct Port final : SessionForwarder {
    void forward(NodeTag node, SessionRequest request, std::unique_ptr<Answer> answer) override {
      if (node != NodeTag{1} && node != NodeTag{2}) {
        return answer->respond(error_response(RequestError::sid_unknown, false));
      }
      forwarder->forward(node == NodeTag{1} ? 0 : 2, std::move(request), std::move(answer));
    }
    std::unique_ptr<LoopForwarder> forwarder;
  };

  std::array<Port, 4> ports_;
  std::unique_ptr<LoopForwarder> last_;
};

}  // namespace skat::engineio::testing
