#include "chat/fold_copier.hpp"

#include <utility>

namespace skat::chat {

FoldCopier::FoldCopier(const Config& config, base::Executor& core, store::Conversations& conversations,
                       LocalCopies& copies, std::string log_id, std::uint32_t partition_count, Wanted wanted)
    : config_(config),
      core_(core),
      conversations_(conversations),
      copies_(copies),
      log_id_(std::move(log_id)),
      wanted_(std::move(wanted)),
      due_(partition_count, core.now()) {}

void FoldCopier::arm() {
  std::ignore = core_.after(kApart, lifetime_.guard([this] { next(); }));
}

void FoldCopier::next() {
  const auto count = static_cast<std::uint32_t>(due_.size());
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::uint32_t partition = (turn_ + i) % count;
    if (due_[partition] > core_.now() || !wanted_(partition)) continue;
    turn_ = (partition + 1) % count;
    read(partition);
    return;
  }
  arm();
}

void FoldCopier::read(std::uint32_t partition) {
  auto on_stored = [this, partition](result<store::StoredFold> stored) {
    const bool good = stored && stored->log_id == log_id_;
    due_[partition] = core_.now() + (good ? base::Duration(config_.stored_fold_interval) : kAfterFailure);
    if (good && wanted_(partition)) {
      keep(partition, std::move(*stored));
    } else {
      arm();
    }
  };
  conversations_.load_fold(partition, log_id_, lifetime_.guard(std::move(on_stored)));
}

void FoldCopier::keep(std::uint32_t partition, store::StoredFold stored) {
  copies_.write_fold(as_file(std::move(stored), partition), lifetime_.guard([this](bool) { arm(); }));
}

}  // namespace skat::chat
