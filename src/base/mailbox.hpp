// Mailbox<T>: the only way from one thread to another. Bounded, named, metered; many senders, one receiving executor.
// The receiver gets everything that has gathered as one batch, so a burst costs one wake-up.
// Every mailbox stands in docs/threads.md with its capacity and what happens when it is full.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/executor.hpp"

namespace skat::base {

struct MailboxStats {
  std::uint64_t pushed = 0;    // items accepted since the start
  std::uint64_t rejected = 0;  // items refused because it was full or closed
  std::size_t depth = 0;       // items waiting now
};

template <class T>
class Mailbox {
 public:
  using Handler = Function<void(std::vector<T>& batch)>;

  // `capacity` counts items. A push beyond it is refused, and the sender decides what that means for its caller.
  Mailbox(std::string name, std::size_t capacity, Executor& receiver, Handler handler)
      : state_(std::make_shared<State>(std::move(name), capacity, receiver, std::move(handler))) {}
  // Receiver's thread only (or once that thread has ended). Items still waiting are destroyed unhandled.
  ~Mailbox() { close(); }
  Mailbox(const Mailbox&) = delete;
  Mailbox& operator=(const Mailbox&) = delete;

  // Any thread. False: full or closed; then `item` has not been taken and is destroyed.
  [[nodiscard]] bool push(T item) {
    {
      const std::lock_guard lock(state_->mutex);
      if (state_->closed || state_->items.size() >= state_->capacity) {
        ++state_->rejected;
        return false;
      }
      state_->items.push_back(std::move(item));
      ++state_->pushed;
      if (std::exchange(state_->woken, true)) return true;
    }
    state_->receiver.post([state = state_] { State::drain(state); });
    return true;
  }

  void close() {
    const std::lock_guard lock(state_->mutex);
    state_->closed = true;
    state_->items.clear();
  }

  [[nodiscard]] MailboxStats stats() const {
    const std::lock_guard lock(state_->mutex);
    return {state_->pushed, state_->rejected, state_->items.size()};
  }
  [[nodiscard]] const std::string& name() const { return state_->name; }

 private:
  // shared_ptr: a wake-up that was posted before the mailbox was destroyed still finds its state.
  struct State {
    State(std::string n, std::size_t c, Executor& r, Handler h)
        : name(std::move(n)), capacity(c), receiver(r), handler(std::move(h)) {}

    static void drain(const std::shared_ptr<State>& self) {
      std::vector<T> batch;
      {
        const std::lock_guard lock(self->mutex);
        self->woken = false;
        if (self->closed) return;
        batch.swap(self->items);
        self->items.swap(self->spare);
      }
      self->handler(batch);
      batch.clear();
      const std::lock_guard lock(self->mutex);
      if (batch.capacity() <= kSpareItems) self->spare.swap(batch);
    }

    static constexpr std::size_t kSpareItems = 4096;  // a larger batch buffer is given back to the allocator

    const std::string name;
    const std::size_t capacity;
    Executor& receiver;
    Handler handler;  // receiver's thread only

    std::mutex mutex;  // leaf lock: nothing else is taken while it is held
    std::vector<T> items, spare;
    bool woken = false, closed = false;
    std::uint64_t pushed = 0, rejected = 0;
  };

  std::shared_ptr<State> state_;
};

// A mailbox of things to do on the receiver's thread.
class TaskMailbox : public Mailbox<Executor::Task> {
 public:
  TaskMailbox(std::string name, std::size_t capacity, Executor& receiver)
      : Mailbox(std::move(name), capacity, receiver, [](std::vector<Executor::Task>& batch) {
          for (auto& task : batch) task();
        }) {}
};

}  // namespace skat::base
