// Latest<T>: the newest value of something, for readers that want no history: the one exception to "threads speak
// through mailboxes", for values that are asked for, not told. Any thread writes and reads; each holds the lock for a
// copy.
#pragma once

#include <mutex>
#include <utility>

namespace skat::base {

template <class T>
class Latest {
 public:
  explicit Latest(T value) : value_(std::move(value)) {}
  Latest(const Latest&) = delete;
  Latest& operator=(const Latest&) = delete;

  void set(T value) {
    const std::lock_guard lock(mutex_);
    value_ = std::move(value);
  }
  [[nodiscard]] T get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

 private:
  mutable std::mutex mutex_;
  T value_;
};

}  // namespace skat::base
