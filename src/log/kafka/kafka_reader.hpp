// KafkaReader: one reader of a partition. It keeps the offset it expects: what lies lower is dropped; what lies higher
// is not believed at once: the reader starts again at the offset it wants, and if the hole is still there the log's
// start decides whether the entries were trimmed (errc::offset_lost) or never were. Lives on: the log's executor. Ends
// by: destruction, before its log.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "base/executor.hpp"
#include "log/kafka/streams.hpp"
#include "log/log.hpp"

namespace skat::log::kafka {

// What a reader needs from its log. Nothing here calls back from inside the call, and nothing after the reader is gone.
class ReaderHost {
 public:
  using Id = std::uint64_t;
  virtual ~ReaderHost() = default;
  // Calls KafkaReader::serve() in a later turn.
  virtual void serve_later(Id reader) = 0;
  virtual void serve_after(Id reader, base::Duration delay) = 0;
  // Answers by KafkaReader::on_stream(); when entries arrive, serve() is called.
  virtual void open_stream(Id reader, Partition partition, Offset from) = 0;
  virtual void close_stream(Stream stream) = 0;
  // Answers by KafkaReader::on_bounds(), with the start as it is now.
  virtual void ask_bounds(Id reader, Partition partition) = 0;
  virtual void forget(Id reader) = 0;
};

class KafkaReader final : public LogReader {
 public:
  // max_answer_bytes: Config's.
  KafkaReader(ReaderHost& host, ReaderHost::Id id, Partition partition, Offset from, std::size_t max_answer_bytes)
      : host_(host), id_(id), partition_(partition), max_answer_bytes_(max_answer_bytes), next_(from) {}
  ~KafkaReader() override;
  KafkaReader(const KafkaReader&) = delete;
  KafkaReader& operator=(const KafkaReader&) = delete;

  void next(std::size_t max_entries, base::Function<void(result<Batch>)> done) override;

  void serve();
  void on_stream(Stream stream);
  void on_bounds(const result<Bounds>& bounds);
  // The log behind the reader is no longer the one it was opened on.
  void on_log_replaced();

 private:
  enum class State {
    closed,    // no stream; serve() opens one
    opening,   // the stream is on its way
    reading,   // entries come
    checking,  // the log's bounds are on their way
    waiting,   // for a moment, before it tries again
    replaced,  // for ever: another log
  };
  enum class Step { go_on, stop };

  void open(Offset from);
  void close();
  void check();
  void try_again_later();
  // One thing from the stream, into `batch`.
  Step take(Batch& batch, std::size_t& bytes);
  Step take_entry(Entry entry, Batch& batch, std::size_t& bytes);
  void answer(result<Batch> outcome);

  static constexpr base::Duration kRetryDelay = std::chrono::milliseconds(200);

  ReaderHost& host_;
  const ReaderHost::Id id_;
  const Partition partition_;
  const std::size_t max_answer_bytes_;

  Offset next_;  // expected
  State state_ = State::closed;
  bool started_again_ = false;  // after a hole before `next_`
  Stream stream_;               // while reading
  std::optional<Entry> held_;   // taken from the stream, not answered yet
  std::size_t max_entries_ = 0;
  base::Function<void(result<Batch>)> done_;  // set while a call is outstanding
};

}  // namespace skat::log::kafka
