#include "net/loop_group.hpp"

#include <string>

namespace skat::net {

LoopGroup::LoopGroup(std::string_view prefix, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    loops_.push_back(std::make_unique<Loop>(std::string(prefix) + std::to_string(i)));
    pointers_.push_back(loops_.back().get());
  }
}

LoopGroup::~LoopGroup() {
  stop();
  join();
}

void LoopGroup::start() {
  for (Loop* loop : pointers_) threads_.emplace_back([loop] { loop->run(); });
}

void LoopGroup::stop() {
  for (Loop* loop : pointers_) loop->stop();
}

void LoopGroup::join() {
  for (auto& thread : threads_) thread.join();
  threads_.clear();
}

}  // namespace skat::net
