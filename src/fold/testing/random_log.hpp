// A seeded log of one partition: a few rooms and users who behave and misbehave: copies, late values, jumps, records
// without the right, records that cannot be stored, bytes that are no record, devices by the dozen, a clock that goes
// back.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "fold/testing/records.hpp"
#include "model/limits.hpp"

namespace skat::fold::testing {

struct LogEntry {
  std::optional<model::Record> record;  // nullopt: bytes that are no record
  base::WallTime append_time;
};

class RandomLog {
 public:
  static constexpr std::uint8_t kRooms = 5;
  static constexpr std::uint32_t kUsers = 6;

  explicit RandomLog(std::uint64_t seed) : random_(seed) {}

  [[nodiscard]] std::vector<LogEntry> make(std::size_t size) {
    std::vector<LogEntry> log;
    log.reserve(size);
    while (log.size() < size) {
      time_ += std::chrono::milliseconds{static_cast<int>(below(40)) - 10};
      log.push_back({next(log), time_});
    }
    return log;
  }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool one_in(std::uint64_t n) { return below(n) == 0; }

  std::optional<model::Record> next(const std::vector<LogEntry>& log) {
    if (one_in(100)) return std::nullopt;
    if (!log.empty() && one_in(5)) {  // a copy: of something recent, or of anything
      const std::size_t back = 1 + below(one_in(4) ? log.size() : std::min<std::size_t>(log.size(), 30));
      return log[log.size() - back].record;
    }
    return fresh();
  }

  model::Record fresh() {
    const auto room = static_cast<std::uint8_t>(below(kRooms));
    const auto user = static_cast<std::uint32_t>(below(1 + below(kUsers)));  // some speak more than others
    const std::uint64_t device = 100 + (one_in(10) ? below(60) : below(2)) + devices_ / 300;
    ++devices_;
    const std::uint64_t n = next_n(highest_[{room, user, device}]);
    model::Record made = with_kind(room, user, n, device);
    if (room == 0) made.room = model::kLobby;
    if (one_in(40)) made.name = one_in(2) ? "" : "line\nbreak";
    if (one_in(200)) made.n = model::N{one_in(2) ? 0 : model::kMaxN + 1};
    return made;
  }

  std::uint64_t next_n(std::uint64_t& highest) {
    const std::uint64_t dice = below(50);
    if (dice < 4) return highest - std::min(highest, below(100)) + 1;  // again, or a hole
    if (dice < 8) return highest - std::min(highest, below(1400)) + 1;
    if (dice == 8) return highest += 1 + below(150);
    if (dice == 9) return highest += 1 + below(1500);
    return ++highest;
  }

  model::Record with_kind(std::uint8_t room, std::uint32_t user, std::uint64_t n, std::uint64_t device) {
    const std::uint64_t dice = below(20);
    if (dice < 1) {
      constexpr std::array<model::Access, 4> kAccess{model::Access::open, model::Access::open, model::Access::closed,
                                                     model::Access::everyone};
      return create(room, user, n, kAccess[below(kAccess.size())], device);
    }
    if (dice < 4) return join(room, user, n, device);
    if (dice < 6) return leave(room, user, n, device);
    return send(room, user, n, device, one_in(50) ? std::string() : "text " + std::to_string(random_()));
  }

  std::mt19937_64 random_;
  base::WallTime time_ = kTime;
  std::uint64_t devices_ = 0;
  std::map<std::tuple<std::uint8_t, std::uint32_t, std::uint64_t>, std::uint64_t> highest_;
};

}  // namespace skat::fold::testing
