// LoopGroup: the loops of a process, each with a thread of its own.
// Lives on: the thread that made it; loops() and stop() may be used by any thread.
// Ends by: destruction, which stops and joins.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <thread>
#include <vector>

#include "net/loop.hpp"

namespace skat::net {

class LoopGroup {
 public:
  // Named "<prefix>0", "<prefix>1", …
  LoopGroup(std::string_view prefix, std::size_t count);
  ~LoopGroup();
  LoopGroup(const LoopGroup&) = delete;
  LoopGroup& operator=(const LoopGroup&) = delete;

  [[nodiscard]] const std::vector<Loop*>& loops() const noexcept { return pointers_; }

  void start();
  void stop();
  void join();

 private:
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<Loop*> pointers_;
  std::vector<std::thread> threads_;
};

}  // namespace skat::net
