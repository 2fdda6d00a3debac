// ClusterPort: how the servers of a cluster (other loops, other processes) act as one. What a server wants done on the
// others it publishes as a request; their answers come back one by one. The port carries; it decides nothing.
// Delivery: at most once, in the order published between any two servers. Lost requests are lost broadcasts; who waits
// for answers gets a timeout.
// Threads: all calls on the server's loop, either way.
// Spec: Socket.IO adapter protocol: broadcast, sockets join/leave/disconnect, fetchSockets, serverSideEmit.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "socketio/answers.hpp"
#include "socketio/broadcast_operator.hpp"
#include "socketio/selection.hpp"

namespace skat::socketio {

struct ClusterBroadcast {
  Selection to;
  bool is_volatile = false;
  std::string event, args_json;
  std::vector<std::string> attachments;
  std::chrono::milliseconds ack_timeout{0};  // not 0: every client is asked; answers: ClientCount, then its Answers
};
struct ClusterJoin {
  Selection of;
  std::vector<RoomName> rooms;
};
struct ClusterLeave {
  Selection of;
  std::vector<RoomName> rooms;
};
struct ClusterDisconnect {
  Selection of;
  bool close_connection = false;
};
struct ClusterFetch {  // answer: SocketDescriptions
  Selection of;
};
struct ClusterEvent {  // of serverSideEmit; answer, if wanted and there is a handler that gives one: ServerValue
  std::string event, args_json;
};

struct ClusterRequest {
  std::string nsp;
  std::uint64_t id = 0;  // of the asker's answers; 0: it wants none
  std::variant<ClusterBroadcast, ClusterJoin, ClusterLeave, ClusterDisconnect, ClusterFetch, ClusterEvent> act;
};
using ClusterRequestPtr = std::shared_ptr<const ClusterRequest>;  // shared: one request goes to many servers

struct ClientCount {
  std::size_t clients = 0;  // that were sent the broadcast; as many Answers follow, if all answer
};
struct ServerValue {
  std::string json;
};
using ClusterAnswer = std::variant<ClientCount, Answer, std::vector<SocketDescription>, ServerValue>;

// The way back to the asker; copies are kept until the last answer. Empty: no answer is wanted.
using ClusterReply = std::function<void(ClusterAnswer)>;

// The server, as the port sees it.
class ClusterReceiver {
 public:
  // A request of another server.
  virtual void on_request(const ClusterRequest& request, ClusterReply reply) = 0;
  // So many servers were asked by the request that this server published under `id`; once, before or after answers.
  virtual void on_expected(std::uint64_t id, std::size_t servers) = 0;
  // One answer to it. An id that nobody waits for (any more) is ignored.
  virtual void on_answer(std::uint64_t id, ClusterAnswer answer) = 0;

 protected:
  ~ClusterReceiver() = default;
};

class ClusterPort {
 public:
  virtual ~ClusterPort() = default;
  // To every other server, never back to this one. With an id, on_expected and on_answer follow, from inside this call
  // or later.
  virtual void publish(ClusterRequestPtr request) = 0;
};

}  // namespace skat::socketio
