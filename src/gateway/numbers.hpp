// What the gateway counts. Each number has one writer (its loop, or the core); any thread may read it, a little late.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skat::gateway {

class Count {
 public:
  // The writer only.
  void add(std::uint64_t n = 1) noexcept { set(get() + n); }
  void subtract(std::uint64_t n = 1) noexcept { set(get() - n); }
  void set(std::uint64_t n) noexcept { value_.store(n, std::memory_order_relaxed); }
  // Any thread.
  [[nodiscard]] std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

// Requests by name; the last one counts all names that are unknown.
inline constexpr std::array<std::string_view, 13> kRequestNames{
    "message.send", "typing",    "read.mark",    "history.get",  "resume",        "room.join", "room.leave",
    "room.create",  "room.list", "presence.set", "presence.get", "event:message", "unknown"};

struct LoopNumbers {
  std::array<Count, kRequestNames.size()> requests;
  Count refused;                     // requests answered with an error
  Count chat_sockets, root_sockets;  // connected now
  Count events;                      // room events that reached this loop
  Count resyncs;                     // streams that were ended because numbers were missing
  Count rooms;                       // with a stream on this loop

  // Of the loop's Engine.IO server, as its owner last told.
  Count polling, websocket;  // sessions now
  Count opened, upgrades, frames_in, frames_out, slow_consumers;
};

// Of chat, as its owner last told.
struct CoreNumbers {
  Count events, duplicates, refused, archived, pending, feeds, rooms;
  Count archive_lag, archive_commits, resyncs, dead_letters;
  Count owned, relied_on, tail;  // partitions
};

}  // namespace skat::gateway
