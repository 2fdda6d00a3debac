// The two directions of acknowledgements: Ack::State answers a client's event, PendingAcks waits for a client's
// answers. Live on: the socket's loop. End by: the answer, the timeout, or the socket's end. Spec: Socket.IO protocol
// v5, "Acknowledgement": at most one per id.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "socketio/answers.hpp"
#include "socketio/packet.hpp"
#include "socketio/socket.hpp"

namespace skat::socketio {

// What an Ack knows of its socket.
class AckSink {
 public:
  virtual void acknowledge(AckId id, std::string_view args_json, const std::vector<std::string>& attachments) = 0;

 protected:
  ~AckSink() = default;
};

struct Ack::State {
  std::weak_ptr<AckSink> socket;  // emptied by the first answer
  AckId id = 0;
};

class PendingAcks {
 public:
  using Done = base::Function<void(result<Answer>)>;

  // `next_id` is shared with all that asks in the same namespace.
  PendingAcks(base::Executor& loop, std::size_t limit, AckId& next_id)
      : loop_(loop), limit_(limit), next_id_(next_id) {}
  ~PendingAcks();
  PendingAcks(const PendingAcks&) = delete;
  PendingAcks& operator=(const PendingAcks&) = delete;

  // The id to send; `done` runs once, at the latest after `timeout`. At the limit nothing, and `done` stays the
  // caller's.
  [[nodiscard]] std::optional<AckId> add(std::chrono::milliseconds timeout, Done& done);
  // The client's answer. False: nobody waits for that id (any more); `answer` is as it was.
  [[nodiscard]] bool resolve(AckId id, Answer& answer);
  // The socket has ended: every waiting `done` gets `error`, in the order sent.
  void fail_all(error_code error);
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

 private:
  struct Waiting {
    base::Executor::TimerId timer;
    Done done;
  };

  base::Executor& loop_;
  const std::size_t limit_;
  AckId& next_id_;
  std::map<AckId, Waiting> waiting_;
};

}  // namespace skat::socketio
