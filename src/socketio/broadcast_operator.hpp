// BroadcastOperator: whom an emit or another act reaches, said step by step:
// nsp.to("a").to("b").except("c").emit("event", args_json). Each step returns a new operator, so that a selection can
// be kept and narrowed. Namespace::broadcast(room, frame) is the way that allocates nothing.
// Lives on: the loop of its namespace, which it must not outlive.
// Spec: Socket.IO protocol v5, rooms and broadcasts.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/function.hpp"
#include "base/result.hpp"
#include "socketio/answers.hpp"
#include "socketio/selection.hpp"

namespace skat::socketio {

// A socket of any server of the cluster, as it was when asked for: it may be gone since.
struct SocketDescription {
  std::string id;
  std::string handshake_json;  // Socket::handshake_json()
  std::vector<RoomName> rooms;
  std::string data_json;  // of Namespace::describe_data; "{}" without it
};

struct Audience {
  Selection of;
  bool is_volatile = false;              // emit: clients whose transport is not ready at this moment go without
  bool local = false;                    // this server only, not the cluster
  std::chrono::milliseconds timeout{0};  // for what waits for answers; 0: Config::ack_timeout, cluster_timeout
};

// What an operator acts on: a namespace.
class BroadcastTarget {
 public:
  using AnswersDone = base::Function<void(BroadcastAnswers)>;
  using SocketsDone = base::Function<void(result<std::vector<SocketDescription>>)>;

  virtual void emit(const Audience& to, std::string_view event, std::string_view args_json,
                    const std::vector<std::string>& attachments) = 0;
  virtual void emit_with_ack(const Audience& to, std::string_view event, std::string_view args_json, AnswersDone done,
                             const std::vector<std::string>& attachments) = 0;
  virtual void fetch_sockets(const Audience& of, SocketsDone done) = 0;
  virtual void sockets_join(const Audience& of, const std::vector<RoomName>& rooms) = 0;
  virtual void sockets_leave(const Audience& of, const std::vector<RoomName>& rooms) = 0;
  virtual void disconnect_sockets(const Audience& of, bool close_connection) = 0;

 protected:
  ~BroadcastTarget() = default;
};

class [[nodiscard]] BroadcastOperator {
 public:
  explicit BroadcastOperator(BroadcastTarget& target) : target_(&target) {}

  // One more room of the union; without any the whole namespace is meant.
  BroadcastOperator to(RoomName room) const {
    auto next = *this;
    next.audience_.of.rooms.push_back(std::move(room));
    return next;
  }
  BroadcastOperator in(RoomName room) const { return to(std::move(room)); }
  // Without the sockets of this room.
  BroadcastOperator except(RoomName room) const {
    auto next = *this;
    next.audience_.of.except.push_back(std::move(room));
    return next;
  }
  BroadcastOperator volatile_() const {
    auto next = *this;
    next.audience_.is_volatile = true;
    return next;
  }
  BroadcastOperator local() const {
    auto next = *this;
    next.audience_.local = true;
    return next;
  }
  BroadcastOperator timeout(std::chrono::milliseconds timeout) const {
    auto next = *this;
    next.audience_.timeout = timeout;
    return next;
  }

  // As Socket::emit; a packet's attachments follow it at every receiver without anything between.
  void emit(std::string_view event, std::string_view args_json,
            const std::vector<std::string>& attachments = {}) const {
    target_->emit(audience_, event, args_json, attachments);
  }
  // One answer of each receiver. `done` runs once: when all have answered, or at the timeout with errc::ack_timeout and
  // the answers so far; inside this call if nobody is reached, or with errc::too_many_acks or errc::violation. Sockets
  // that go away count as not answering. Volatile is not heeded.
  void emit_with_ack(std::string_view event, std::string_view args_json, BroadcastTarget::AnswersDone done,
                     const std::vector<std::string>& attachments = {}) const {
    target_->emit_with_ack(audience_, event, args_json, std::move(done), attachments);
  }

  // The matching sockets of all servers; errc::cluster_timeout if one stays silent. For this server's own sockets,
  // without descriptions, see Namespace::sockets.
  void fetch_sockets(BroadcastTarget::SocketsDone done) const { target_->fetch_sockets(audience_, std::move(done)); }
  void sockets_join(const std::vector<RoomName>& rooms) const { target_->sockets_join(audience_, rooms); }
  void sockets_leave(const std::vector<RoomName>& rooms) const { target_->sockets_leave(audience_, rooms); }
  // As Socket::disconnect on each.
  void disconnect_sockets(bool close_connection = false) const {
    target_->disconnect_sockets(audience_, close_connection);
  }

 private:
  BroadcastTarget* target_;
  Audience audience_;
};

}  // namespace skat::socketio
