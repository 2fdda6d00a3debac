// LogScan: the entries of one partition from one offset to another, in order.
// Lives on: the thread of a command; its reader lives on the log's executor.
// Ends by: destruction.
#pragma once

#include <memory>
#include <vector>

#include "log/log.hpp"
#include "maintenance/asker.hpp"

namespace skat::maintenance {

class LogScan {
 public:
  // [from, end): `end` lies right behind an entry, as a stored position and a log's end do.
  LogScan(Asker& asker, log::Log& log, log::Partition partition, log::Offset from, log::Offset end);
  ~LogScan();
  LogScan(const LogScan&) = delete;
  LogScan& operator=(const LogScan&) = delete;

  // Empty: the end is reached. condition::retryable: the log gave nothing for as long as the asker has patience.
  [[nodiscard]] result<std::vector<log::Entry>> next_blocking();
  // Everything below it was answered.
  [[nodiscard]] log::Offset position() const noexcept { return position_; }

 private:
  Asker& asker_;
  log::Log& log_;
  const log::Partition partition_;
  const log::Offset end_;
  log::Offset position_;
  // Touched on the log's executor while a question is under way, which this thread waits for.
  std::unique_ptr<log::LogReader> reader_;
  bool open_ = false;  // its last call was not answered well
};

[[nodiscard]] result<log::Bounds> bounds_blocking(Asker& asker, log::Log& log, log::Partition partition);

}  // namespace skat::maintenance
