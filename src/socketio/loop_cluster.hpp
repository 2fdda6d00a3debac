// LoopCluster: joins the servers of one process's loops into one cluster, by mailboxes.
// Lives on: the thread that makes it, before the loops run. Ends by: destruction once no loop runs any more, after the
// servers.
//
//   publish(request) ── socketio.cluster.N ──► on_request(request, reply)      every other loop
//   on_answer(id, …) ◄── socketio.cluster.N ── reply(…)
//
// Limit: kMaxWaiting of each mailbox; past it a request or answer is dropped and logged: its broadcast does not reach
// that loop, and who waits for an answer gets a timeout.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "base/executor.hpp"
#include "socketio/cluster_port.hpp"
#include "socketio/server.hpp"

namespace skat::socketio {

class LoopCluster {
 public:
  static constexpr std::size_t kMaxWaiting = 65'536;

  // servers[i] lives on loops[i].
  LoopCluster(const std::vector<base::Executor*>& loops, const std::vector<Server*>& servers,
              std::size_t max_waiting = kMaxWaiting);
  ~LoopCluster();
  LoopCluster(const LoopCluster&) = delete;
  LoopCluster& operator=(const LoopCluster&) = delete;

 private:
  struct Group;
  class Port;
  std::vector<std::unique_ptr<Port>> ports_;
};

}  // namespace skat::socketio
