#include "fold/errc.hpp"

#include <string>

namespace skat::fold {
namespace {

class Category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "skat.fold"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::invalid_record:
        return "the record cannot be stored";
      case errc::unknown_room:
        return "no such room";
      case errc::room_exists:
        return "the room exists already";
      case errc::not_a_member:
        return "the sender is not a member of the room";
      case errc::already_a_member:
        return "the sender is a member already";
      case errc::not_joinable:
        return "the room cannot be joined";
      case errc::cannot_leave:
        return "the room cannot be left";
      case errc::stale:
        return "older than the fold remembers";
      case errc::refused_before:
        return "refused before";
      case errc::bad_snapshot:
        return "not a snapshot of a room";
    }
    return "unknown fold error";
  }

  [[nodiscard]] bool equivalent(int code, const boost::system::error_condition& wanted) const noexcept override {
    const bool corrupt = static_cast<errc>(code) == errc::bad_snapshot;
    return wanted == make_error_condition(corrupt ? condition::corrupt : condition::refused);
  }
};

}  // namespace

error_code make_error_code(errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

}  // namespace skat::fold
