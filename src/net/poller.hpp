// Poller: the epoll instance under all client sockets of a loop; the loop's io_context waits for it as one descriptor.
// An own instance costs a connection no per-descriptor state and no re-arming in user space, and hands over what is
// ready as one batch, which is what a turn of the loop is.
// Lives on: one loop (level-triggered, so what a turn leaves unread is reported again).
// Ends by: destruction, after its last target was removed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/result.hpp"
#include "net/fd.hpp"

struct epoll_event;

namespace skat::net {

class LoopShared;

// What a loop calls back: a connection or a listening socket.
class Pollable {
 public:
  Pollable() = default;
  Pollable(const Pollable&) = delete;
  Pollable& operator=(const Pollable&) = delete;
  virtual ~Pollable() = default;

  virtual void on_ready(std::uint32_t events) = 0;  // EPOLL… bits
  // Once per call of LoopShared::at_turn_end, when the turn is over.
  virtual void on_turn_end() {}

 protected:
  // The end of LoopShared::bury.
  virtual void destroy() noexcept { delete this; }

 private:
  friend class LoopShared;
  bool listed_ = false;  // for on_turn_end
  bool buried_ = false;
};

class Poller {
 public:
  Poller();  // throws std::system_error when the system has no epoll instance left
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  [[nodiscard]] int fd() const noexcept { return epoll_.get(); }
  [[nodiscard]] result<void> add(int fd, Pollable& target, std::uint32_t events);
  void modify(int fd, Pollable& target, std::uint32_t events);
  // Also of what this turn would still have reported. Before the descriptor is closed.
  void remove(int fd, Pollable& target);
  // Reports what is ready now, at most kBatch targets.
  void dispatch();

 private:
  // Limit: more ready sockets than these wait for the next turn.
  static constexpr int kBatch = 512;

  Fd epoll_;
  struct Batch;
  Batch* batch_;  // owned; hides <sys/epoll.h>
};

}  // namespace skat::net
