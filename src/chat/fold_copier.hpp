// FoldCopier: copies from the store the folds of partitions that this node relies on others for, so that it can take
// them over, or start, while the store is away.
// Lives on: the core executor.
// Ends by: destruction.
// Rule: one is read at a time, one each kApart at the most, each of them once in Config::stored_fold_interval.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/executor.hpp"
#include "base/function.hpp"
#include "chat/config.hpp"
#include "chat/lifetime.hpp"
#include "chat/local_copies.hpp"

namespace skat::chat {

class FoldCopier {
 public:
  // Whether this partition's fold is to be copied now; asked before it is read, and before it is written.
  using Wanted = base::Function<bool(std::uint32_t partition)>;

  FoldCopier(const Config& config, base::Executor& core, store::Conversations& conversations, LocalCopies& copies,
             std::string log_id, std::uint32_t partition_count, Wanted wanted);
  FoldCopier(const FoldCopier&) = delete;
  FoldCopier& operator=(const FoldCopier&) = delete;

  void start() { arm(); }

  static constexpr std::chrono::milliseconds kApart{500};
  static constexpr std::chrono::seconds kAfterFailure{5};  // then a partition that could not be read is due again

 private:
  void arm();
  void next();
  void read(std::uint32_t partition);
  void keep(std::uint32_t partition, store::StoredFold stored);

  // set at construction
  const Config& config_;
  base::Executor& core_;
  store::Conversations& conversations_;
  LocalCopies& copies_;
  const std::string log_id_;
  Wanted wanted_;

  std::vector<base::SteadyTime> due_;  // by partition
  std::uint32_t turn_ = 0;             // the partition that is looked at first
  Lifetime lifetime_;
};

}  // namespace skat::chat
