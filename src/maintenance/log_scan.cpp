#include "maintenance/log_scan.hpp"

#include <algorithm>
#include <utility>

namespace skat::maintenance {
namespace {

constexpr std::size_t kBatchEntries = 2'000;

}  // namespace

LogScan::LogScan(Asker& asker, log::Log& log, log::Partition partition, log::Offset from, log::Offset end)
    : asker_(asker), log_(log), partition_(partition), end_(end), position_(from) {}

LogScan::~LogScan() {
  asker_.run_blocking([this] { reader_.reset(); });
}

result<std::vector<log::Entry>> LogScan::next_blocking() {
  if (position_ >= end_) return std::vector<log::Entry>();
  auto batch = asker_.ask_blocking<log::LogReader::Batch>(
      [this, from = position_](base::Function<void(result<log::LogReader::Batch>)> done) {
        // A reader that failed, or whose call is still open, is not asked again.
        if (reader_ == nullptr || open_) reader_ = log_.read(partition_, from);
        open_ = true;
        reader_->next(kBatchEntries, std::move(done));
      });
  if (!batch) return batch;
  open_ = false;
  std::erase_if(*batch, [this](const log::Entry& entry) { return entry.offset >= end_; });
  position_ = batch->empty() ? end_ : batch->back().offset.next();
  return batch;
}

result<log::Bounds> bounds_blocking(Asker& asker, log::Log& log, log::Partition partition) {
  return asker.ask_blocking<log::Bounds>(
      [&log, partition](base::Function<void(result<log::Bounds>)> done) { log.bounds(partition, std::move(done)); });
}

}  // namespace skat::maintenance
