// SendQueue: bytes waiting for one connection: frames that are shared with other connections, never copied while
// queued. Lives on: the connection's loop. Ends by: clear(); whoever owns it keeps the limits, since what to do at a
// limit differs. Memory: nothing but this object while empty; the first frame lies inside it, more in chunks borrowed
// from the loop.
#pragma once

#include <sys/uio.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.hpp"
#include "net/stream.hpp"

namespace skat::net {

struct LoopStats;

// A run of queued frames.
struct SendChunk {
  static constexpr std::uint32_t kFrames = 31;  // 512 bytes in all

  SendChunk* next = nullptr;
  std::uint32_t begin = 0, end = 0;  // [begin, end) is queued
  std::array<base::SharedBytes, kFrames> frames;
};

// The chunks that no queue of the loop uses just now.
class ChunkPool {
 public:
  ChunkPool() = default;
  ~ChunkPool();
  ChunkPool(const ChunkPool&) = delete;
  ChunkPool& operator=(const ChunkPool&) = delete;

  [[nodiscard]] SendChunk* take();
  void give_back(SendChunk* chunk) noexcept;

 private:
  // Limit: 4 MiB a loop; chunks above it go back to the allocator.
  static constexpr std::size_t kMaxSpare = 8'192;

  SendChunk* spare_ = nullptr;
  std::size_t spare_count_ = 0;
};

// Where a loop puts one write together.
struct SendScratch {
  static constexpr std::size_t kBytes = 64 * 1024;
  static constexpr std::size_t kMaxVectors = 1'024;  // IOV_MAX

  std::array<iovec, kMaxVectors> vectors;
  std::array<char, kBytes> bytes;
};

class SendQueue {
 public:
  enum class Progress : std::uint8_t {
    drained,  // everything has been taken
    blocked,  // the kernel's buffer is full: wait until the socket is writable
    more,     // taken all that one turn may write; go on in the next
    failed,   // the connection is gone
  };

  SendQueue() = default;
  SendQueue(const SendQueue&) = delete;
  SendQueue& operator=(const SendQueue&) = delete;

  [[nodiscard]] bool empty() const noexcept { return frames_ == 0; }
  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }  // not yet taken by the kernel
  [[nodiscard]] std::size_t frames() const noexcept { return frames_; }

  // A null or empty frame is nothing.
  void push(base::SharedBytes frame, ChunkPool& pool);
  // Never blocks.
  [[nodiscard]] Progress write_to(Stream& stream, SendScratch& scratch, ChunkPool& pool, LoopStats& stats);
  void clear(ChunkPool& pool) noexcept;

 private:
  struct Gathered {
    std::size_t vectors = 0, bytes = 0;
  };
  class Gatherer;

  [[nodiscard]] Gathered gather(SendScratch& scratch) const;
  [[nodiscard]] std::string_view copy_front(SendScratch& scratch) const;
  void take_off(std::size_t bytes, ChunkPool& pool);
  void drop_chunk(ChunkPool& pool) noexcept;

  base::SharedBytes first_;  // if set: before all chunks
  SendChunk* head_ = nullptr;
  SendChunk* tail_ = nullptr;
  std::size_t bytes_ = 0;
  std::uint32_t frames_ = 0;
  std::uint32_t offset_ = 0;  // bytes of the front frame that have been taken
};

}  // namespace skat::net
