#include "socketio/loop_cluster.hpp"

#include <string>
#include <utility>

#include "base/logger.hpp"
#include "base/mailbox.hpp"

namespace skat::socketio {

// Shared by the ports and by the answers under way; each mailbox and receiver is used by its own loop only.
struct LoopCluster::Group {
  struct Loop {
    std::unique_ptr<base::TaskMailbox> mailbox;
    ClusterReceiver* receiver;
  };

  void send(std::size_t to, base::Executor::Task task) {
    auto& mailbox = *loops[to].mailbox;
    if (mailbox.push(std::move(task))) return;
    base::log(base::LogLevel::warn, "socketio", "{} is full: a message between loops was dropped", mailbox.name());
  }

  std::vector<Loop> loops;
};

class LoopCluster::Port final : public ClusterPort {
 public:
  Port(std::shared_ptr<Group> group, std::size_t index) : group_(std::move(group)), index_(index) {}

  void publish(ClusterRequestPtr request) override {
    for (std::size_t i = 0; i < group_->loops.size(); ++i) {
      if (i == index_) continue;
      ClusterReply reply;
      if (request->id != 0) {
        reply = [group = group_, asker = index_, id = request->id](ClusterAnswer answer) {
          group->send(asker, [receiver = group->loops[asker].receiver, id, answer = std::move(answer)]() mutable {
            receiver->on_answer(id, std::move(answer));
          });
        };
      }
      group_->send(i, [receiver = group_->loops[i].receiver, request, reply = std::move(reply)]() mutable {
        receiver->on_request(*request, std::move(reply));
      });
    }
    if (request->id != 0) group_->loops[index_].receiver->on_expected(request->id, group_->loops.size() - 1);
  }

 private:
  const std::shared_ptr<Group> group_;
  const std::size_t index_;
};

LoopCluster::LoopCluster(const std::vector<base::Executor*>& loops, const std::vector<Server*>& servers,
                         std::size_t max_waiting) {
  const auto group = std::make_shared<Group>();
  for (std::size_t i = 0; i < loops.size(); ++i) {
    group->loops.push_back(
        {std::make_unique<base::TaskMailbox>("socketio.cluster." + std::to_string(i), max_waiting, *loops[i]),
         &servers[i]->cluster_receiver()});
    ports_.push_back(std::make_unique<Port>(group, i));
  }
  for (std::size_t i = 0; i < servers.size(); ++i) servers[i]->connect_cluster(*ports_[i]);
}

LoopCluster::~LoopCluster() = default;

}  // namespace skat::socketio
