// LoopOutlet: the core's way out to one loop, through the mailbox "loop-N.events". Keeps the order of what is given.
// Answers are never lost: while the mailbox is full they wait here; there are never more of them than requests that
// were taken. Events of a room are not kept then: the loop is told `resync` for the room instead. Lives on: the core
// executor. Ends by: destruction on the core thread, after the loops have stopped.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>

#include "base/executor.hpp"
#include "base/mailbox.hpp"
#include "model/ids.hpp"

namespace skat::gateway {

class LoopOutlet {
 public:
  using Task = base::Executor::Task;
  // Makes the task that tells the loop to load `room` again.
  using MakeResync = base::Function<Task(model::RoomId room)>;

  // Limit: `capacity` tasks on the way to the loop.
  LoopOutlet(std::string name, std::size_t capacity, base::Executor& loop, base::Executor& core,
             std::chrono::milliseconds retry, MakeResync make_resync);
  ~LoopOutlet();
  LoopOutlet(const LoopOutlet&) = delete;
  LoopOutlet& operator=(const LoopOutlet&) = delete;

  void answer(Task task);
  // Loss is made good by a resync of the room.
  void event(const model::RoomId& room, Task task);
  // Dropped when the mailbox is full.
  void ephemeral(Task task);

  // Any thread.
  [[nodiscard]] base::MailboxStats stats() const { return mailbox_.stats(); }
  [[nodiscard]] const std::string& name() const { return mailbox_.name(); }

 private:
  [[nodiscard]] bool has_room();
  void push(Task task);
  void retry_later();
  void flush();

  // set at construction
  const std::size_t capacity_;
  base::Executor& core_;
  const std::chrono::milliseconds retry_;
  MakeResync make_resync_;
  base::TaskMailbox mailbox_;

  // core only
  std::size_t free_ = 0;             // at least so many tasks fit; the core is the only sender
  std::deque<Task> waiting_;         // answers, in order
  std::set<model::RoomId> resyncs_;  // rooms that lost an event
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
};

}  // namespace skat::gateway
