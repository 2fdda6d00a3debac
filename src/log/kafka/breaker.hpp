// Breaker: is a partition worth handing an append to? It opens once nobody of the partition has answered for
// `silence`, and closes with the first answer. Pure: the caller brings the time.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/clock.hpp"
#include "log/log.hpp"

namespace skat::log::kafka {

class Breaker {
 public:
  Breaker(std::size_t partitions, base::Duration silence) : states_(partitions), silence_(silence) {}

  // An append was handed over; it was confirmed (or refused by a broker: an answer too); it ended without an answer.
  void append_sent(Partition partition, base::SteadyTime now);
  void append_answered(Partition partition, base::SteadyTime now);
  void append_unanswered(Partition partition, base::SteadyTime now);
  // A question to the partition's leader was answered. While appends wait, this says nothing about them: a leader
  // without enough in-sync replicas answers questions.
  void question_answered(Partition partition);
  void question_unanswered(Partition partition, base::SteadyTime now);

  // Open: an append would wait for nobody.
  [[nodiscard]] bool is_open(Partition partition, base::SteadyTime now);

 private:
  // With nothing under way, trouble this long ago says nothing about now.
  static constexpr base::Duration kTroubleFades = std::chrono::seconds(2);

  struct State {
    std::size_t pending = 0;                       // appends without an answer
    std::optional<base::SteadyTime> silent_since;  // the first sign of silence after the last answer
    base::SteadyTime last_trouble{};
  };
  State& state(Partition partition) { return states_[partition.value()]; }

  std::vector<State> states_;
  const base::Duration silence_;
};

}  // namespace skat::log::kafka
