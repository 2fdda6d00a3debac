#include "app/commands/sole_member.hpp"

#include <utility>

namespace skat::app {

SoleMember::SoleMember(maintenance::Asker& asker, log::Log& log, std::string group)
    : asker_(asker), all_(log.partition_count()) {
  asker_.run_blocking([&] { membership_ = log.join(std::move(group), *this); });
}

SoleMember::~SoleMember() {
  std::ignore = asker_.ask_blocking<void>([this](base::Function<void(result<void>)> done) {
    membership_->leave([done = std::move(done)]() mutable { done({}); });
  });
  asker_.run_blocking([this] { membership_.reset(); });
}

bool SoleMember::wait_blocking() {
  return alone_.get_future().wait_for(kSettleTime) == std::future_status::ready;
}

void SoleMember::on_gained(std::span<const log::Partition> partitions) {
  held_ += partitions.size();
  if (held_ == all_ && !std::exchange(told_, true)) alone_.set_value();
}

void SoleMember::on_lost(std::span<const log::Partition> partitions) {
  held_ -= partitions.size();
}

}  // namespace skat::app
