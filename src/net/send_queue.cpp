#include "net/send_queue.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "net/loop_shared.hpp"

namespace skat::net {
namespace {

// A frame up to this size is cheaper to copy than to describe by an iovec of its own.
constexpr std::size_t kCopyBytes = 512;
// Limits of one connection in one turn, so that the others get theirs.
constexpr std::size_t kMaxBytesPerWrite = 1024 * 1024;
constexpr int kMaxWritesPerTurn = 8;

}  // namespace

ChunkPool::~ChunkPool() {
  while (spare_ != nullptr) delete std::exchange(spare_, spare_->next);
}

SendChunk* ChunkPool::take() {
  if (spare_ == nullptr) return new SendChunk;
  SendChunk* chunk = std::exchange(spare_, spare_->next);
  --spare_count_;
  chunk->next = nullptr;
  chunk->begin = chunk->end = 0;
  return chunk;
}

void ChunkPool::give_back(SendChunk* chunk) noexcept {
  if (spare_count_ == kMaxSpare) {
    delete chunk;
    return;
  }
  chunk->next = spare_;
  spare_ = chunk;
  ++spare_count_;
}

void SendQueue::push(base::SharedBytes frame, ChunkPool& pool) {
  if (!frame || frame->empty()) return;
  bytes_ += frame->size();
  if (frames_++ == 0) {
    first_ = std::move(frame);
    return;
  }
  if (tail_ == nullptr || tail_->end == SendChunk::kFrames) {
    SendChunk* chunk = pool.take();
    (tail_ == nullptr ? head_ : tail_->next) = chunk;
    tail_ = chunk;
  }
  tail_->frames[tail_->end++] = std::move(frame);
}

// Describes frames by iovecs; neighbours that are small are copied into one.
class SendQueue::Gatherer {
 public:
  explicit Gatherer(SendScratch& scratch) : scratch_(scratch) {}

  // False: no room left in this write.
  bool add(const char* data, std::size_t size, bool may_copy) {
    if (result_.bytes >= kMaxBytesPerWrite) return false;
    if (may_copy && size <= kCopyBytes) {
      if (copied_ + size > SendScratch::kBytes) return false;
      char* to = scratch_.bytes.data() + copied_;
      std::memcpy(to, data, size);
      copied_ += size;
      result_.bytes += size;
      if (last_copied_) {
        scratch_.vectors[result_.vectors - 1].iov_len += size;
        return true;
      }
      return append(to, size, true);
    }
    result_.bytes += size;
    return append(const_cast<char*>(data), size, false);  // the kernel only reads
  }
  [[nodiscard]] Gathered result() const { return result_; }

 private:
  bool append(char* data, std::size_t size, bool copied) {
    scratch_.vectors[result_.vectors++] = {data, size};
    last_copied_ = copied;
    return result_.vectors < SendScratch::kMaxVectors;
  }

  SendScratch& scratch_;
  Gathered result_;
  std::size_t copied_ = 0;
  bool last_copied_ = false;
};

SendQueue::Gathered SendQueue::gather(SendScratch& scratch) const {
  Gatherer gatherer(scratch);
  const bool several = frames_ > 1;  // a lone frame is sent from where it lies
  std::size_t skip = offset_;
  if (first_) {
    if (!gatherer.add(first_->data() + skip, first_->size() - skip, several)) return gatherer.result();
    skip = 0;
  }
  for (const SendChunk* chunk = head_; chunk != nullptr; chunk = chunk->next) {
    for (std::uint32_t i = chunk->begin; i != chunk->end; ++i) {
      const base::Bytes& frame = *chunk->frames[i];
      if (!gatherer.add(frame.data() + skip, frame.size() - skip, several)) return gatherer.result();
      skip = 0;
    }
  }
  return gatherer.result();
}

// The first bytes of the queue in one piece, for TLS: fewer records than frames.
std::string_view SendQueue::copy_front(SendScratch& scratch) const {
  std::size_t copied = 0, skip = offset_;
  const auto copy = [&](const base::Bytes& frame) {
    const std::size_t size = std::min(frame.size() - skip, scratch.bytes.size() - copied);
    std::memcpy(scratch.bytes.data() + copied, frame.data() + skip, size);
    copied += size;
    skip = 0;
    return copied < scratch.bytes.size();
  };
  bool room = !first_ || copy(*first_);
  for (const SendChunk* chunk = head_; room && chunk != nullptr; chunk = chunk->next) {
    for (std::uint32_t i = chunk->begin; room && i != chunk->end; ++i) room = copy(*chunk->frames[i]);
  }
  return {scratch.bytes.data(), copied};
}

SendQueue::Progress SendQueue::write_to(Stream& stream, SendScratch& scratch, ChunkPool& pool, LoopStats& stats) {
  for (int writes = 0; frames_ != 0; ++writes) {
    if (writes == kMaxWritesPerTurn) return Progress::more;
    Stream::Transfer taken;
    std::size_t gathered_bytes = 0;
    if (stream.secure()) {
      taken = stream.write(copy_front(scratch));
      gathered_bytes = taken.bytes;  // a record at a time: less than all is no sign of a full buffer
    } else {
      const Gathered gathered = gather(scratch);
      taken = stream.write(scratch.vectors.data(), gathered.vectors);
      gathered_bytes = gathered.bytes;
    }
    ++stats.writes;
    if (taken.status != Stream::Status::done) {
      return taken.status == Stream::Status::wants_writable ? Progress::blocked : Progress::failed;
    }
    const std::uint32_t before = frames_;
    take_off(taken.bytes, pool);
    stats.frames_out += before - frames_;
    stats.bytes_out += taken.bytes;
    if (taken.bytes < gathered_bytes) return Progress::blocked;
  }
  return Progress::drained;
}

void SendQueue::take_off(std::size_t bytes, ChunkPool& pool) {
  bytes_ -= bytes;
  bytes += offset_;
  offset_ = 0;
  if (first_) {
    if (bytes < first_->size()) {
      offset_ = static_cast<std::uint32_t>(bytes);
      return;
    }
    bytes -= first_->size();
    first_.reset();
    --frames_;
  }
  while (head_ != nullptr) {
    while (head_->begin != head_->end) {
      base::SharedBytes& frame = head_->frames[head_->begin];
      if (bytes < frame->size()) {
        offset_ = static_cast<std::uint32_t>(bytes);
        return;
      }
      bytes -= frame->size();
      frame.reset();
      ++head_->begin;
      --frames_;
    }
    drop_chunk(pool);
  }
}

void SendQueue::drop_chunk(ChunkPool& pool) noexcept {
  SendChunk* chunk = std::exchange(head_, head_->next);
  if (head_ == nullptr) tail_ = nullptr;
  pool.give_back(chunk);
}

void SendQueue::clear(ChunkPool& pool) noexcept {
  first_.reset();
  while (head_ != nullptr) {
    for (std::uint32_t i = head_->begin; i != head_->end; ++i) head_->frames[i].reset();
    drop_chunk(pool);
  }
  bytes_ = 0;
  frames_ = offset_ = 0;
}

}  // namespace skat::net
