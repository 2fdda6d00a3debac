// Power: lets a test cut the power after a number of operations on a disk: what comes later does not happen and is not
// answered, as when the process is killed.
#pragma once

#include <cstdint>

namespace skat::chat::testing {

class Power {
 public:
  void cut_after(std::uint64_t operations) { left_ = operations; }
  void restore() { left_ = kForEver; }
  [[nodiscard]] bool on() const { return left_ > 0; }
  // One operation; false: the power is off.
  bool use() {
    if (left_ == 0) return false;
    if (left_ != kForEver) --left_;
    return true;
  }

 private:
  static constexpr std::uint64_t kForEver = ~std::uint64_t{0};
  std::uint64_t left_ = kForEver;
};

}  // namespace skat::chat::testing
