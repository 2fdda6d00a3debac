// Pool: a few connections for requests of one sort, each with a worker of its own; a request takes the first that is
// free.
// Lives on: the owner; a lane's connection is touched by that lane's worker only.
// Ends by: destruction, once Shared::stop_signal was given: what runs has Config::close_timeout, what waits is dropped.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "base/mailbox.hpp"
#include "base/worker.hpp"
#include "store/postgres/connection.hpp"

namespace skat::store::postgres {

class Pool {
 public:
  // Runs on a worker; what it returns is called on the owner.
  using Job = base::Function<base::Executor::Task(Connection&)>;

  Pool(const std::string& name, std::size_t connections, std::size_t max_waiting, Shared& shared,
       base::Executor& owner);
  ~Pool();
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // As many wait as may: nothing is submitted then.
  [[nodiscard]] bool full() const { return free_.empty() && waiting_.size() >= max_waiting_; }
  void submit(Job job);

 private:
  // The thread ends before the connection does.
  struct Lane {
    Lane(const std::string& name, Shared& shared) : connection(shared), worker(name, 1) {}
    Connection connection;
    base::Worker worker;
  };

  void run(Lane& lane, Job job);
  void on_free(Lane& lane);

  // set at construction
  const std::size_t max_waiting_;

  // owner only
  std::deque<Job> waiting_;
  std::vector<Lane*> free_;

  // Before the lanes: their threads put answers into it until they have ended. Never full: one for each lane.
  base::TaskMailbox answers_;
  std::vector<std::unique_ptr<Lane>> lanes_;
};

}  // namespace skat::store::postgres
