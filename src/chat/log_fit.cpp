#include "chat/log_fit.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace skat::chat {
namespace {

constexpr std::string_view kWayOut =
    "put the log back that belongs to this store, or go on without what it had with `skat log adopt`";

std::uint64_t needed(const StorePlace& store) {
  return std::min(store.next_offset, store.snapshots_as_of);
}

}  // namespace

LogFit judge_log(std::string_view log_id, const log::Bounds& bounds, const StorePlace& store) {
  if (store.log_id != log_id) return LogFit::other_log;
  if (bounds.start.value() > std::max(needed(store), bounds.first.value())) return LogFit::begins_late;
  if (bounds.end.value() < store.next_offset) return LogFit::ends_early;
  return LogFit::fits;
}

std::string describe_misfit(LogFit fit, std::uint32_t partition, std::string_view log_id, const log::Bounds& bounds,
                            const StorePlace& store) {
  switch (fit) {
    case LogFit::fits:
      return {};
    case LogFit::other_log:
      return fmt::format("partition {}: the store goes on from log {}, but this is log {}: {}", partition, store.log_id,
                         log_id, kWayOut);
    case LogFit::begins_late:
      return fmt::format(
          "partition {}: the log begins at offset {}, but the store needs it from {}: records are missing; {}",
          partition, bounds.start.value(), needed(store), kWayOut);
    case LogFit::ends_early:
      return fmt::format(
          "partition {}: the log ends at offset {}, but the store has archived it up to {}: the log is older; {}",
          partition, bounds.end.value(), store.next_offset, kWayOut);
  }
  return {};
}

}  // namespace skat::chat
