#include "store/errc.hpp"

#include <optional>
#include <string>

namespace skat::store {
namespace {

// nullopt: superseded, which a caller must know by its name.
std::optional<condition> condition_of(errc code) {
  switch (code) {
    case errc::busy:
    case errc::unavailable:
      return condition::retryable;
    case errc::name_taken:
      return condition::refused;
    case errc::not_found:
      return condition::gone;
    case errc::data_error:
    case errc::schema:
      return condition::corrupt;
    case errc::superseded:
      break;
  }
  return std::nullopt;
}

class Category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "skat.store"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::busy:
        return "too many requests to the store are waiting";
      case errc::unavailable:
        return "the store cannot be reached or written now";
      case errc::superseded:
        return "another archiver was first";
      case errc::name_taken:
        return "the name is taken";
      case errc::not_found:
        return "not found";
      case errc::data_error:
        return "the database refused the data";
      case errc::schema:
        return "the schema is not the one this program knows";
    }
    return "unknown store error";
  }

  [[nodiscard]] bool equivalent(int code, const boost::system::error_condition& wanted) const noexcept override {
    const auto mine = condition_of(static_cast<errc>(code));
    return mine && wanted == make_error_condition(*mine);
  }
};

}  // namespace

error_code make_error_code(errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

}  // namespace skat::store
