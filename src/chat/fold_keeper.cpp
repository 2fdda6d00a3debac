#include "chat/fold_keeper.hpp"

#include <algorithm>
#include <utility>

namespace skat::chat {
namespace {

constexpr std::chrono::seconds kFirst{5};
constexpr std::chrono::milliseconds kLook{500};  // how often the store's position is looked at

}  // namespace

FoldKeeper::FoldKeeper(const Config& config, base::Executor& core, LocalCopies& copies, const Follower& follower,
                       const Archiver& archiver, std::string log_id, std::uint32_t partition)
    : config_(config),
      core_(core),
      copies_(copies),
      follower_(follower),
      archiver_(archiver),
      log_id_(std::move(log_id)),
      partition_(partition) {}

void FoldKeeper::start() {
  arm(std::min<base::Duration>(kFirst, config_.fold_file_interval));
}

void FoldKeeper::arm(base::Duration wait) {
  std::ignore = core_.after(wait, lifetime_.guard([this] { begin(); }));
}

void FoldKeeper::begin() {
  if (kept_ == follower_.position()) {
    arm(config_.fold_file_interval);
    return;
  }
  began_ = core_.now();
  copy_ = {log_id_, partition_, follower_.fold().epoch(), follower_.position().value(), {}};
  left_ = follower_.fold().room_ids();
  std::ranges::reverse(left_);
  take();
}

// In slices, so that nobody waits for a large fold. A room that is made meanwhile has all its records above the copy's
// beginning.
void FoldKeeper::take() {
  newest_ = follower_.position();
  std::size_t bytes = 0;
  for (std::size_t rooms = 0; !left_.empty() && rooms < kRoomsPerTurn && bytes < kBytesPerTurn; ++rooms) {
    std::string state = follower_.fold().snapshot(left_.back());
    bytes += state.size();
    copy_.rooms.push_back({left_.back(), newest_.value(), std::move(state)});
    left_.pop_back();
  }
  if (!left_.empty()) {
    core_.post(lifetime_.guard([this] { take(); }));
    return;
  }
  taken_at_ = core_.now();
  busy_ = taken_at_ - began_;
  write_when_stored();
}

void FoldKeeper::write_when_stored() {
  if (std::min(archiver_.next_offset(), archiver_.snapshots_as_of()) >= newest_) {
    write();
  } else if (core_.now() - taken_at_ < kPatience) {
    std::ignore = core_.after(kLook, lifetime_.guard([this] { write_when_stored(); }));
  } else {
    rest();
  }
}

void FoldKeeper::write() {
  const auto from = core_.now();
  copies_.write_fold(std::move(copy_), lifetime_.guard([this, from, end = newest_](bool written) {
    if (written) kept_ = end;
    busy_ += core_.now() - from;
    rest();
  }));
}

void FoldKeeper::rest() {
  copy_ = {};
  arm(std::max<base::Duration>(config_.fold_file_interval, busy_ * kBusyShare));
}

}  // namespace skat::chat
