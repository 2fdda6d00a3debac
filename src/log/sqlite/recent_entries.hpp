// RecentEntries: the newest entries of one partition, without a gap, for readers at the tail.
// Lives on: the log's owner.
#pragma once

#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

#include "log/log.hpp"

namespace skat::log::sqlite {

class RecentEntries {
 public:
  explicit RecentEntries(Offset end) : end_(end) {}

  // Holds every entry of [begin, end).
  [[nodiscard]] Offset begin() const { return entries_.empty() ? end_ : entries_.front().offset; }
  [[nodiscard]] Offset end() const { return end_; }

  // An entry that does not follow the last one closes a gap by forgetting what is before it.
  void push(Entry entry) {
    if (entry.offset != end_) clear();
    end_ = entry.offset.next();
    bytes_ += bytes_of(entry);
    entries_.push_back(std::move(entry));
  }
  // The end is known to be elsewhere: what is held does not reach it.
  void move_end(Offset end) {
    if (end == end_) return;
    clear();
    end_ = end;
  }
  void shrink(std::size_t max_entries, std::size_t max_bytes) {
    while (!entries_.empty() && (entries_.size() > max_entries || bytes_ > max_bytes)) {
      bytes_ -= bytes_of(entries_.front());
      entries_.pop_front();
    }
  }
  // Copies entries from `from` (begin ≤ from < end): at most `max_entries` and about `max_bytes`, but at least one.
  [[nodiscard]] std::vector<Entry> copy(Offset from, std::size_t max_entries, std::size_t max_bytes) const {
    std::vector<Entry> batch;
    std::size_t bytes = 0;
    for (auto i = from.value() - begin().value(); i < entries_.size() && batch.size() < max_entries; ++i) {
      batch.push_back(entries_[i]);
      bytes += bytes_of(entries_[i]);
      if (bytes >= max_bytes) break;
    }
    return batch;
  }

 private:
  static std::size_t bytes_of(const Entry& entry) { return entry.key.size() + entry.value.size(); }
  void clear() {
    entries_.clear();
    bytes_ = 0;
  }

  std::deque<Entry> entries_;  // dense: SQLite's offsets leave none out
  std::size_t bytes_ = 0;
  Offset end_;
};

}  // namespace skat::log::sqlite
