// Whether a log is the one that a store goes on from. Pure: asked at every start (partition), by verify, rebuild and
// adopt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "log/log.hpp"

namespace skat::chat {

enum class LogFit : std::uint8_t {
  fits,
  other_log,    // another log_id: lost, replaced by another, or the store's is
  begins_late,  // what the store needs next is gone: the log was cut at its beginning, or retention overtook the
                // archive
  ends_early,   // the store has archived more than the log has: an older copy of the log
};

// Where a partition of the store stands.
struct StorePlace {
  std::string_view log_id;
  std::uint64_t next_offset = 0, snapshots_as_of = 0;
};

[[nodiscard]] LogFit judge_log(std::string_view log_id, const log::Bounds& bounds, const StorePlace& store);
// One sentence for whoever has to do something about it; empty when it fits.
[[nodiscard]] std::string describe_misfit(LogFit fit, std::uint32_t partition, std::string_view log_id,
                                          const log::Bounds& bounds, const StorePlace& store);

}  // namespace skat::chat
