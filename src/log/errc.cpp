#include "log/errc.hpp"

namespace skat::log {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "skat.log"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::busy:
        return "the log's queue is full";
      case errc::unavailable:
        return "the log cannot be reached or written";
      case errc::maybe_appended:
        return "no answer from the log: the record may have been appended";
      case errc::offset_lost:
        return "the log no longer has the wanted offset";
      case errc::bad_record:
        return "the bytes are no record";
      case errc::too_large:
        return "the record is too large";
    }
    return "unknown log error";
  }

  bool equivalent(int value, const boost::system::error_condition& wanted) const noexcept override {
    switch (static_cast<errc>(value)) {
      case errc::busy:
      case errc::unavailable:
        return wanted == make_error_condition(condition::retryable);
      case errc::maybe_appended:
        return wanted == make_error_condition(condition::unknown);
      case errc::too_large:
        return wanted == make_error_condition(condition::refused);
      case errc::offset_lost:
      case errc::bad_record:
        return wanted == make_error_condition(condition::corrupt);
    }
    return false;
  }
};

}  // namespace

error_code make_error_code(errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

}  // namespace skat::log
