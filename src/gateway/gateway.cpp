#include "gateway/gateway.hpp"

#include <utility>

#include "chat/node.hpp"
#include "gateway/loop_gateway.hpp"
#include "gateway/loop_outlet.hpp"
#include "gateway/socket_fanout.hpp"

namespace skat::gateway {

Gateway::Gateway(const Config& config, base::Executor& core, const std::vector<Loop>& loops)
    : config_(config),
      loops_(loops),
      requests_("core.requests", config.core_requests, core),
      fanout_(std::make_unique<SocketFanout>(requests_)) {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    numbers_.push_back(std::make_unique<LoopNumbers>());
    outlets_.push_back(std::make_unique<LoopOutlet>(
        "loop-" + std::to_string(i) + ".events", config_.loop_events, *loops_[i].executor, core, config_.outlet_retry,
        [this, i](model::RoomId room) -> LoopOutlet::Task {
          return [gateway = gateways_[i].get(), room] { gateway->on_resync(room, "the server was too busy"); };
        }));
  }
}

Gateway::~Gateway() = default;

chat::Fanout& Gateway::fanout() noexcept {
  return *fanout_;
}

void Gateway::connect(chat::Node& node) {
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    gateways_.push_back(std::make_unique<LoopGateway>(i, config_, *loops_[i].executor, *loops_[i].server, requests_,
                                                      node, *fanout_, *outlets_[i], *numbers_[i]));
    fanout_->add_loop(*outlets_[i], *gateways_[i]);
  }
}

void Gateway::open() {
  on_every_loop(
      [this](std::size_t i) -> LoopOutlet::Task { return [gateway = gateways_[i].get()] { gateway->open_lobby(); }; });
}

void Gateway::on_every_loop(base::Function<base::Executor::Task(std::size_t loop)> make_task) {
  for (std::size_t i = 0; i < outlets_.size(); ++i) outlets_[i]->answer(make_task(i));
}

std::vector<Gateway::MailboxRow> Gateway::mailboxes() const {
  std::vector<MailboxRow> rows{{requests_.name(), requests_.stats()}};
  for (const auto& outlet : outlets_) rows.push_back({outlet->name(), outlet->stats()});
  return rows;
}

}  // namespace skat::gateway
