#include "chat/end_offsets.hpp"

#include <utility>

namespace skat::chat {
namespace {

constexpr std::chrono::milliseconds kLookAgain{5};

}  // namespace

void EndOffsets::pass(const model::RoomId& room, base::Function<void(bool)> done) {
  const log::Partition number = partitions_.number_of(room);
  Asking& asking = asking_[number.value()];
  asking.next.push_back(std::move(done));
  if (!asking.busy) ask(room, number);
}

// An answer that was asked for before the call says nothing of what was appended in between.
void EndOffsets::ask(const model::RoomId& room, log::Partition number) {
  Asking& asking = asking_[number.value()];
  asking.busy = true;
  asking.under_way = std::exchange(asking.next, {});
  partitions_.log().bounds(number, lifetime_.guard([this, room, number](const result<log::Bounds>& bounds) {
    Asking& now = asking_[number.value()];
    now.busy = false;
    auto callers = std::exchange(now.under_way, {});
    if (!now.next.empty()) ask(room, number);
    const auto until = core_.now() + kPatience;
    for (auto& done : callers) {
      if (bounds) {
        wait(room, bounds->end, until, std::move(done));
      } else {
        done(false);
      }
    }
  }));
}

void EndOffsets::wait(const model::RoomId& room, log::Offset end, base::SteadyTime until,
                      base::Function<void(bool)> done) {
  const auto position = partitions_.own_position(room);
  if (position && *position >= end) {
    done(true);
  } else if (!position || core_.now() >= until) {
    done(false);
  } else {
    std::ignore = core_.after(kLookAgain, lifetime_.guard([this, room, end, until, done = std::move(done)]() mutable {
      wait(room, end, until, std::move(done));
    }));
  }
}

}  // namespace skat::chat
