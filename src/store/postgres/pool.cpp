#include "store/postgres/pool.hpp"

#include <utility>

#include "base/check.hpp"

namespace skat::store::postgres {

Pool::Pool(const std::string& name, std::size_t connections, std::size_t max_waiting, Shared& shared,
           base::Executor& owner)
    : max_waiting_(max_waiting), answers_(name + ".answers", connections, owner) {
  for (std::size_t i = 0; i < connections; ++i) {
    lanes_.push_back(std::make_unique<Lane>(name, shared));
    free_.push_back(lanes_.back().get());
  }
}

Pool::~Pool() = default;

void Pool::submit(Job job) {
  if (free_.empty()) {
    SKAT_CHECK(!full(), "a request was submitted to a full pool");
    waiting_.push_back(std::move(job));
    return;
  }
  // The one used last: the others' servers are not kept busy by turns, and may be given back.
  Lane& lane = *free_.back();
  free_.pop_back();
  run(lane, std::move(job));
}

void Pool::run(Lane& lane, Job job) {
  const bool taken = lane.worker.submit([this, &lane, job = std::move(job)]() mutable {
    auto answer = [this, &lane, answer = job(lane.connection)]() mutable {
      on_free(lane);
      answer();
    };
    const bool pushed = answers_.push(std::move(answer));
    SKAT_CHECK(pushed, "an answer found no place in the mailbox");
  });
  SKAT_CHECK(taken, "a request found no place in its worker");
}

void Pool::on_free(Lane& lane) {
  if (waiting_.empty()) {
    free_.push_back(&lane);
    return;
  }
  Job next = std::move(waiting_.front());
  waiting_.pop_front();
  run(lane, std::move(next));
}

}  // namespace skat::store::postgres
