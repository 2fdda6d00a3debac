#include "chat/errc.hpp"

#include <string>

namespace skat::chat {
namespace {

condition condition_of(errc code) noexcept {
  switch (code) {
    case errc::busy:
    case errc::unavailable:
    case errc::shutting_down:
      return condition::retryable;
    case errc::unknown:
      return condition::unknown;
    case errc::unknown_room:
      return condition::gone;
    default:
      return condition::refused;
  }
}

class Category final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "skat.chat"; }

  [[nodiscard]] std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::bad_name:
        return "a name has 1 to 64 characters and no control characters";
      case errc::bad_text:
        return "the text is empty or not storable";
      case errc::text_too_long:
        return "the text is too long";
      case errc::bad_n:
        return "n is not from 1 to 2^53-1";
      case errc::bad_token:
        return "the token is not ours, has expired or was revoked";
      case errc::unknown_room:
        return "no such room";
      case errc::not_a_member:
        return "not a member of the room";
      case errc::already_a_member:
        return "a member already";
      case errc::not_joinable:
        return "the room cannot be joined";
      case errc::cannot_leave:
        return "the room cannot be left";
      case errc::name_taken:
        return "another room has this name";
      case errc::stale:
        return "too old to be told apart from an earlier request";
      case errc::refused_before:
        return "this n was refused before";
      case errc::busy:
        return "a queue is full";
      case errc::unavailable:
        return "the log or the store cannot be reached now";
      case errc::unknown:
        return "handed over, no outcome in time";
      case errc::shutting_down:
        return "the node is going away";
    }
    return "unknown chat error";
  }

  [[nodiscard]] bool equivalent(int code, const boost::system::error_condition& wanted) const noexcept override {
    return wanted == make_error_condition(condition_of(static_cast<errc>(code)));
  }
};

}  // namespace

error_code make_error_code(errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

}  // namespace skat::chat
