#include "base/result.hpp"

namespace skat {
namespace {

class ConditionCategory final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "skat"; }
  std::string message(int value) const override {
    switch (static_cast<condition>(value)) {
      case condition::retryable:
        return "nothing happened; try again";
      case condition::unknown:
        return "it may have happened; repeat with the same id";
      case condition::refused:
        return "refused";
      case condition::gone:
        return "not there";
      case condition::corrupt:
        return "the bytes break their format";
    }
    return "unknown condition";
  }
};

}  // namespace

boost::system::error_condition make_error_condition(condition c) noexcept {
  static const ConditionCategory category;
  return {static_cast<int>(c), category};
}

}  // namespace skat
