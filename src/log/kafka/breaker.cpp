#include "log/kafka/breaker.hpp"

namespace skat::log::kafka {

void Breaker::append_sent(Partition partition, base::SteadyTime now) {
  auto& at = state(partition);
  ++at.pending;
  if (!at.silent_since) at.silent_since = now;
}

void Breaker::append_answered(Partition partition, base::SteadyTime now) {
  auto& at = state(partition);
  --at.pending;
  at.silent_since.reset();
  if (at.pending > 0) at.silent_since = now;
}

void Breaker::append_unanswered(Partition partition, base::SteadyTime now) {
  auto& at = state(partition);
  --at.pending;
  at.last_trouble = now;
}

void Breaker::question_answered(Partition partition) {
  auto& at = state(partition);
  if (at.pending == 0) at.silent_since.reset();
}

void Breaker::question_unanswered(Partition partition, base::SteadyTime now) {
  auto& at = state(partition);
  if (!at.silent_since) at.silent_since = now;
  at.last_trouble = now;
}

bool Breaker::is_open(Partition partition, base::SteadyTime now) {
  auto& at = state(partition);
  if (at.silent_since && at.pending == 0 && now - at.last_trouble >= kTroubleFades) at.silent_since.reset();
  return at.silent_since && now - *at.silent_since >= silence_;
}

}  // namespace skat::log::kafka
