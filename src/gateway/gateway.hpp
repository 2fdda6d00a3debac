// Gateway: the hall of one process: every loop's namespaces on one side, chat on the other.
// Lives on: made and destroyed by app while no loop runs; fanout() is the core's.
// Ends by: destruction, after the node and once the loops have stopped.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "base/mailbox.hpp"
#include "chat/fanout.hpp"
#include "gateway/config.hpp"
#include "gateway/numbers.hpp"
#include "gateway/readiness.hpp"

namespace skat::chat {
class Node;
}
namespace skat::socketio {
class Server;
}

namespace skat::gateway {

class LoopGateway;
class LoopOutlet;
class SocketFanout;

class Gateway {
 public:
  struct Loop {
    base::Executor* executor;
    socketio::Server* server;
  };

  Gateway(const Config& config, base::Executor& core, const std::vector<Loop>& loops);
  ~Gateway();
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;

  // What make_node wants.
  [[nodiscard]] chat::Fanout& fanout() noexcept;
  // Registers the namespaces on every loop. Before the loops run; `node` outlives them.
  void connect(chat::Node& node);
  // Core thread, once the node takes requests: every loop begins to hear the lobby.
  void open();

  // Core thread. Runs make_task(i) on every loop i, in turn with what else the core has told it.
  void on_every_loop(base::Function<base::Executor::Task(std::size_t loop)> make_task);

  // Any thread may read; of each loop its loop writes, of the core the core.
  [[nodiscard]] LoopNumbers& numbers(std::size_t loop) noexcept { return *numbers_[loop]; }
  [[nodiscard]] CoreNumbers& core_numbers() noexcept { return core_numbers_; }
  [[nodiscard]] const CoreNumbers& core_numbers() const noexcept { return core_numbers_; }
  [[nodiscard]] std::size_t loop_count() const noexcept { return numbers_.size(); }

  // Any thread; written by whoever starts and drains the node.
  [[nodiscard]] Readiness& readiness() noexcept { return readiness_; }
  [[nodiscard]] const Readiness& readiness() const noexcept { return readiness_; }

  struct MailboxRow {
    std::string name;
    base::MailboxStats stats;
  };
  // Any thread.
  [[nodiscard]] std::vector<MailboxRow> mailboxes() const;

 private:
  // set at construction
  const Config config_;
  const std::vector<Loop> loops_;
  base::TaskMailbox requests_;
  std::vector<std::unique_ptr<LoopNumbers>> numbers_;
  CoreNumbers core_numbers_;
  Readiness readiness_;
  std::unique_ptr<SocketFanout> fanout_;
  std::vector<std::unique_ptr<LoopOutlet>> outlets_;
  std::vector<std::unique_ptr<LoopGateway>> gateways_;  // set by connect()
};

}  // namespace skat::gateway
