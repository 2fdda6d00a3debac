#include "base/worker.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "base/thread_name.hpp"

namespace skat::base {

struct Worker::State {
  State(std::string n, std::size_t c) : name(std::move(n)), capacity(c) {}

  void run() {
    name_this_thread(name);
    std::unique_lock lock(mutex);
    for (;;) {
      wake.wait(lock, [this] { return ending || !requests.empty(); });
      if (requests.empty()) return;
      Request request = std::move(requests.front());
      requests.pop_front();
      lock.unlock();
      request();
      request = nullptr;  // what it owns goes on this thread, outside the lock
      lock.lock();
    }
  }

  const std::string name;
  const std::size_t capacity;
  std::mutex mutex;  // leaf lock
  std::condition_variable wake;
  std::deque<Request> requests;
  bool ending = false;
  std::thread thread;
};

Worker::Worker(std::string name, std::size_t capacity) : state_(std::make_unique<State>(std::move(name), capacity)) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

Worker::~Worker() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->wake.notify_one();
  state_->thread.join();
}

bool Worker::submit(Request request) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->ending || state_->requests.size() >= state_->capacity) return false;
    state_->requests.push_back(std::move(request));
  }
  state_->wake.notify_one();
  return true;
}

bool Worker::await_request(Duration at_most) {
  std::unique_lock lock(state_->mutex);
  state_->wake.wait_for(lock, at_most, [this] { return state_->ending || !state_->requests.empty(); });
  return !state_->requests.empty();
}

std::size_t Worker::waiting() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests.size();
}

}  // namespace skat::base
