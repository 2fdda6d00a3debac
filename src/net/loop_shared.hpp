// LoopShared: what the connections of one loop share: the poller, buffers, the list of who has to act when the turn
// ends, and counters. A turn is one batch of ready sockets, or the tasks and timers that ran before a posted turn end.
// Lives on: its loop.
// Ends by: the loop's destruction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/loop_stats.hpp"
#include "net/poller.hpp"
#include "net/send_queue.hpp"
#include "net/websocket_deflate.hpp"
#include "net/websocket_frame_deflater.hpp"

namespace skat::net {

class LoopShared {
 public:
  static constexpr std::size_t kReadBufferBytes = 64 * 1024;

  explicit LoopShared(Loop& loop);
  ~LoopShared();
  LoopShared(const LoopShared&) = delete;
  LoopShared& operator=(const LoopShared&) = delete;

  [[nodiscard]] Loop& loop() noexcept { return loop_; }
  [[nodiscard]] Poller& poller() noexcept { return poller_; }
  // Borrowed by on_ready for as long as that call lasts.
  [[nodiscard]] std::span<char> read_buffer() noexcept { return {read_buffer_.get(), kReadBufferBytes}; }
  [[nodiscard]] SendScratch& scratch() noexcept { return *scratch_; }
  [[nodiscard]] ChunkPool& chunks() noexcept { return chunks_; }
  [[nodiscard]] LoopStats& stats() noexcept { return stats_; }
  // Of WebSockets that agreed on permessage-deflate. What the deflater remembers ends with this turn.
  [[nodiscard]] FrameDeflater& deflater() {
    if (!end_scheduled_) schedule_end();
    return deflater_;
  }
  [[nodiscard]] MessageInflater& inflater() noexcept { return inflater_; }
  // "Tue, 24 Nov 2026 04:05:06 GMT"; made once a second.
  [[nodiscard]] std::string_view http_date();

  // Has on_turn_end called once. Cheap to repeat within a turn.
  void at_turn_end(Pollable& target) {
    if (target.listed_ || target.buried_) return;
    target.listed_ = true;
    ending_.push_back(&target);
    if (!end_scheduled_) schedule_end();
  }
  // Destroys `target` (its destroy()) when the turn is over and none of its functions runs any more; nothing calls it
  // from now on. It has been removed from the poller.
  void bury(Pollable& target);

  // A WebSocket whose owner has let go while its close handshake runs; destroyed with the loop at the latest.
  void add_orphan(Pollable& target) { orphans_.push_back(&target); }
  void remove_orphan(Pollable& target) { std::erase(orphans_, &target); }

  // For Loop: the poller's descriptor is readable.
  void run_ready();

 private:
  void schedule_end();
  void end_turn();
  void empty_graves();

  Loop& loop_;
  Poller poller_;
  std::unique_ptr<char[]> read_buffer_;
  std::unique_ptr<SendScratch> scratch_;
  ChunkPool chunks_;
  LoopStats stats_;
  FrameDeflater deflater_{stats_};
  MessageInflater inflater_;

  std::vector<Pollable*> ending_, running_, graves_, orphans_;
  bool end_scheduled_ = false;  // posted, or run_ready is under way and will do it

  std::string date_;
  std::int64_t date_second_ = -1;
};

}  // namespace skat::net
