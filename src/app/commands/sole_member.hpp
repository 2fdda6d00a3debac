// SoleMember: proof that no node uses a log: this process joins the nodes' group as they do, and is given every
// partition.
// Lives on: made and destroyed by the main thread; its membership lives on the log's executor.
// Ends by: destruction, which leaves the group. A node that starts meanwhile takes partitions away; whatever the
// command writes then meets the node's own writing, and only one of them is let through.
#pragma once

#include <chrono>
#include <future>
#include <memory>
#include <span>
#include <string>

#include "log/log.hpp"
#include "log/membership.hpp"
#include "maintenance/asker.hpp"

namespace skat::app {

class SoleMember final : public log::Membership::Listener {
 public:
  // A group settles within seconds; a member that was killed counts for its session timeout.
  static constexpr std::chrono::seconds kSettleTime{20};

  SoleMember(maintenance::Asker& asker, log::Log& log, std::string group);
  ~SoleMember() override;
  SoleMember(const SoleMember&) = delete;
  SoleMember& operator=(const SoleMember&) = delete;

  // Blocks until it is known. False: somebody else is a member.
  [[nodiscard]] bool wait_blocking();

 private:
  void on_gained(std::span<const log::Partition> partitions) override;
  void on_lost(std::span<const log::Partition> partitions) override;

  maintenance::Asker& asker_;
  const std::size_t all_;
  std::size_t held_ = 0;  // log's executor only
  std::promise<void> alone_;
  bool told_ = false;  // log's executor only
  std::unique_ptr<log::Membership> membership_;
};

}  // namespace skat::app
