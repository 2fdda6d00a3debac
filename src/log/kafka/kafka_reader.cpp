#include "log/kafka/kafka_reader.hpp"

#include <algorithm>
#include <utility>

#include "base/check.hpp"
#include "base/logger.hpp"
#include "log/errc.hpp"

namespace skat::log::kafka {

KafkaReader::~KafkaReader() {
  if (stream_.queue) host_.close_stream(std::move(stream_));
  host_.forget(id_);
}

void KafkaReader::next(std::size_t max_entries, base::Function<void(result<Batch>)> done) {
  SKAT_CHECK(!done_, "LogReader::next() was called while a call is outstanding");
  SKAT_CHECK(max_entries > 0, "LogReader::next() was asked for nothing");
  max_entries_ = max_entries;
  done_ = std::move(done);
  host_.serve_later(id_);
}

void KafkaReader::serve() {
  if (state_ == State::waiting) state_ = State::closed;
  if (!done_) return;
  if (state_ == State::replaced) return answer(make_error_code(errc::offset_lost));
  if (state_ == State::closed) return open(next_);
  if (state_ != State::reading) return;
  stream_.wake->arm();
  Batch batch;
  std::size_t bytes = 0;
  while (take(batch, bytes) == Step::go_on) {
  }
  if (!batch.empty()) answer(std::move(batch));
}

KafkaReader::Step KafkaReader::take(Batch& batch, std::size_t& bytes) {
  if (batch.size() >= max_entries_ || bytes >= max_answer_bytes_) return Step::stop;
  if (held_) return take_entry(*std::exchange(held_, std::nullopt), batch, bytes);
  auto taken = take_from(stream_);
  switch (taken.kind) {
    case Taken::Kind::nothing:
      return Step::stop;
    case Taken::Kind::entry:
      return take_entry(std::move(taken.entry), batch, bytes);
    case Taken::Kind::out_of_range:
      close();
      check();
      return Step::stop;
    case Taken::Kind::trouble:
      // librdkafka tries again by itself.
      base::log(base::LogLevel::debug, "log", "partition {}: {}", partition_.value(), taken.trouble);
      return Step::go_on;
  }
  return Step::stop;
}

KafkaReader::Step KafkaReader::take_entry(Entry entry, Batch& batch, std::size_t& bytes) {
  if (entry.offset < next_) return Step::go_on;
  if (entry.offset > next_) {
    if (std::exchange(started_again_, true)) {
      held_ = std::move(entry);
      check();
    } else {
      base::log(base::LogLevel::warn, "log", "partition {}: {} came where {} was expected; reading from there again",
                partition_.value(), entry.offset.value(), next_.value());
      close();
      host_.serve_later(id_);
    }
    return Step::stop;
  }
  const std::size_t size = entry.key.size() + entry.value.size();
  if (!batch.empty() && bytes + size > max_answer_bytes_) {
    held_ = std::move(entry);
    return Step::stop;
  }
  bytes += size;
  next_ = entry.offset.next();
  started_again_ = false;
  batch.push_back(std::move(entry));
  return Step::go_on;
}

void KafkaReader::answer(result<Batch> outcome) {
  std::exchange(done_, nullptr)(std::move(outcome));
}

// ---- The stream -----------------------------------------------------------------------------------------------------

void KafkaReader::open(Offset from) {
  state_ = State::opening;
  host_.open_stream(id_, partition_, from);
}

void KafkaReader::on_stream(Stream stream) {
  if (state_ != State::opening) {
    if (stream.queue) host_.close_stream(std::move(stream));
    return;
  }
  if (!stream.queue) return try_again_later();
  stream_ = std::move(stream);
  state_ = State::reading;
  serve();
}

void KafkaReader::close() {
  host_.close_stream(std::exchange(stream_, {}));
  held_.reset();
  state_ = State::closed;
}

void KafkaReader::try_again_later() {
  state_ = State::waiting;
  host_.serve_after(id_, kRetryDelay);
}

// ---- Where the log begins -------------------------------------------------------------------------------------------

void KafkaReader::check() {
  state_ = State::checking;
  host_.ask_bounds(id_, partition_);
}

void KafkaReader::on_bounds(const result<Bounds>& bounds) {
  if (state_ != State::checking) return;
  if (!bounds) {
    if (stream_.queue) close();
    return try_again_later();
  }
  if (next_ < bounds->start) {
    if (stream_.queue) close();
    state_ = State::closed;
    if (done_) answer(make_error_code(errc::offset_lost));
    return;
  }
  if (stream_.queue) {
    // The offsets before the held entry belong to no record: they are skipped.
    next_ = held_->offset;
    state_ = State::reading;
    return serve();
  }
  // Beyond the end: what comes before `next_` is dropped.
  open(std::min(next_, bounds->end));
}

void KafkaReader::on_log_replaced() {
  if (stream_.queue) close();
  state_ = State::replaced;
  serve();
}

}  // namespace skat::log::kafka
