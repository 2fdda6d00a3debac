// HttpLoop: the HTTP connections of one server on one loop, and their time limits. Every connection is in one list; all
// of a list wait equally long, so each list is ordered by deadline and one timer watches them all.
// Lives on: its loop.
// Ends by: destruction, which closes its connections; once the loop has stopped.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "net/config.hpp"
#include "net/fd.hpp"
#include "net/loop_shared.hpp"
#include "net/router.hpp"
#include "net/tls.hpp"

namespace skat::net {

class HttpLoop;

// What a connection waits for, and thereby how long it may.
enum class HttpWait : std::uint8_t { head, body, idle, writing, linger, held /* no limit */, none };

class HttpWaiter {
 public:
  virtual void on_timeout(HttpWait wait) = 0;
  // HttpLoop is ending.
  virtual void on_loop_end() = 0;

 protected:
  ~HttpWaiter() = default;

 private:
  friend class HttpLoop;
  HttpWaiter* prev_ = nullptr;
  HttpWaiter* next_ = nullptr;
  base::SteadyTime deadline_;
  HttpWait wait_ = HttpWait::none;
};

// One server: the same settings and routes on every loop.
struct HttpService {
  HttpConfig config;
  Router router;
  std::vector<std::unique_ptr<HttpLoop>> loops;

  // nullptr: not one of the server's loops.
  [[nodiscard]] HttpLoop* on(const Loop& loop) const noexcept;
};

class HttpLoop {
 public:
  HttpLoop(Loop& loop, HttpService& service);
  ~HttpLoop();
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  [[nodiscard]] Loop& loop() const noexcept { return loop_; }
  [[nodiscard]] LoopShared& shared() const noexcept;
  [[nodiscard]] HttpService& service() const noexcept { return service_; }
  [[nodiscard]] const HttpConfig& config() const noexcept { return service_.config; }

  // A connection that was just accepted.
  void adopt(Fd socket, std::string remote_address);
  // For connections from now on. nullptr: in the clear.
  void set_tls(std::shared_ptr<const TlsContext> tls) { tls_ = std::move(tls); }

  // Moves it to that list; with `restart` also when it is there already.
  void wait_for(HttpWaiter& waiter, HttpWait wait, bool restart = true);
  void remove(HttpWaiter& waiter);

  // Idle connections close now, the others after their next answer.
  void drain();
  [[nodiscard]] bool draining() const noexcept { return draining_; }

 private:
  static constexpr std::size_t kLists = static_cast<std::size_t>(HttpWait::none);
  struct List {
    base::Duration limit{};
    HttpWaiter* head = nullptr;
    HttpWaiter* tail = nullptr;
  };

  void arm(base::SteadyTime deadline);
  void on_timer();
  [[nodiscard]] List& list(HttpWait wait) { return lists_[static_cast<std::size_t>(wait)]; }

  Loop& loop_;
  HttpService& service_;
  std::shared_ptr<const TlsContext> tls_;  // shared by the loops
  std::array<List, kLists> lists_{};
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
  base::SteadyTime armed_ = base::SteadyTime::max();
  bool draining_ = false;
};

}  // namespace skat::net
