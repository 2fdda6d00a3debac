#include "net/loop_shared.hpp"

#include <ctime>
#include <utility>

#include "net/loop.hpp"

namespace skat::net {

const LoopStats& loop_stats(Loop& loop) {
  return loop.shared().stats();
}

LoopShared::LoopShared(Loop& loop)
    : loop_(loop), read_buffer_(new char[kReadBufferBytes]), scratch_(std::make_unique<SendScratch>()) {}

LoopShared::~LoopShared() {
  for (Pollable* orphan : std::exchange(orphans_, {})) orphan->destroy();
  empty_graves();
}

std::string_view LoopShared::http_date() {
  const std::time_t now = std::time(nullptr);
  if (now != date_second_) {
    std::tm utc{};
    ::gmtime_r(&now, &utc);
    char text[40];
    date_.assign(text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &utc));
    date_second_ = now;
  }
  return date_;
}

void LoopShared::bury(Pollable& target) {
  if (target.buried_) return;
  target.buried_ = true;
  graves_.push_back(&target);
  if (!end_scheduled_) schedule_end();
}

void LoopShared::run_ready() {
  const bool posted = std::exchange(end_scheduled_, true);  // sends of this batch need no posted turn end
  poller_.dispatch();
  end_scheduled_ = posted;
  end_turn();
}

void LoopShared::schedule_end() {
  end_scheduled_ = true;
  loop_.post([this] {
    end_scheduled_ = false;
    end_turn();
  });
}

void LoopShared::end_turn() {
  running_.swap(ending_);
  for (Pollable* target : running_) {
    target->listed_ = false;
    if (!target->buried_) target->on_turn_end();
  }
  running_.clear();
  deflater_.end_turn();
  inflater_.end_turn();
  empty_graves();
}

void LoopShared::empty_graves() {
  if (graves_.empty()) return;
  std::erase_if(ending_, [](const Pollable* target) { return target->buried_; });
  for (Pollable* target : std::exchange(graves_, {})) target->destroy();
}

}  // namespace skat::net
