// Readiness: whether this node takes requests, and if not, why not; what /readyz tells. Any thread.
#pragma once

#include <string>
#include <utility>

#include "base/latest.hpp"

namespace skat::gateway {

class Readiness {
 public:
  void set_ready() { why_not_.set({}); }
  // One line, for people: "waiting for Kafka at …".
  void set_waiting(std::string why) { why_not_.set(std::move(why)); }
  // Empty: ready.
  [[nodiscard]] std::string why_not() const { return why_not_.get(); }

 private:
  base::Latest<std::string> why_not_{"starting"};
};

}  // namespace skat::gateway
