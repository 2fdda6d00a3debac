#include "gateway/wire_error.hpp"

#include <fmt/format.h>

#include "chat/errc.hpp"
#include "fold/errc.hpp"
#include "gateway/errc.hpp"
#include "log/errc.hpp"
#include "store/errc.hpp"

namespace skat::gateway {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "gateway"; }
  std::string message(int value) const override {
    return std::string(to_wire(error_code(static_cast<errc>(value))).message);
  }
  bool equivalent(int, const boost::system::error_condition& wanted) const noexcept override {
    return wanted == make_error_condition(condition::refused);
  }
};

constexpr WireError kUnknownEvent{"unknown_event", "no", "There is no request of this name."};
constexpr WireError kBadRequest{"bad_request", "no", "The request is not as the protocol describes it."};
constexpr WireError kAuthRequired{"auth_required", "no", "Connect with a name or a token."};

constexpr WireError kNoStream{"no_stream", "no", "Open the room's stream by resume first."};

constexpr WireError kBadText{"bad_text", "no", "The text is empty or has characters that cannot be stored."};
constexpr WireError kTextTooLong{"text_too_long", "no", "The text is longer than 16,384 bytes."};
constexpr WireError kBadName{"bad_name", "no", "A name has 1 to 64 characters and no control characters."};
constexpr WireError kBadN{"bad_n", "no", "n must be an integer from 1 to 2^53-1."};
constexpr WireError kBadToken{"bad_token", "no", "This session is not known or has ended; connect with a name."};
constexpr WireError kUnknownRoom{"unknown_room", "no", "There is no such room, or you may not see it."};
constexpr WireError kNotAMember{"not_a_member", "no", "You are not a member of this room; join it first."};
constexpr WireError kAlreadyAMember{"already_a_member", "no", "You are a member of this room already."};
constexpr WireError kNotJoinable{"not_joinable", "no", "This room cannot be joined."};
constexpr WireError kCannotLeave{"cannot_leave", "no", "Nobody can leave the lobby."};
constexpr WireError kNameTaken{"name_taken", "no", "Another room has this name."};
constexpr WireError kStale{"stale", "no", "This request is too old to be told apart from an earlier one."};
constexpr WireError kRefusedBefore{"refused_before", "no", "This n was refused before; try again with a new n."};
constexpr WireError kBusy{"busy", "yes", "The server is busy; try again."};
constexpr WireError kUnavailable{"unavailable", "yes", "The server cannot reach its storage now; try again."};
constexpr WireError kShuttingDown{"shutting_down", "yes", "This server is going away; reconnect."};
constexpr WireError kUnknown{"unknown", "same",
                             "It is not known whether this was accepted; repeat it with the same n."};

const WireError* find(errc code) noexcept {
  switch (code) {
    case errc::unknown_event:
      return &kUnknownEvent;
    case errc::bad_request:
      return &kBadRequest;
    case errc::auth_required:
      return &kAuthRequired;
    case errc::no_stream:
      return &kNoStream;
  }
  return nullptr;
}

const WireError* find(chat::errc code) noexcept {
  switch (code) {
    case chat::errc::bad_name:
      return &kBadName;
    case chat::errc::bad_text:
      return &kBadText;
    case chat::errc::text_too_long:
      return &kTextTooLong;
    case chat::errc::bad_n:
      return &kBadN;
    case chat::errc::bad_token:
      return &kBadToken;
    case chat::errc::unknown_room:
      return &kUnknownRoom;
    case chat::errc::not_a_member:
      return &kNotAMember;
    case chat::errc::already_a_member:
      return &kAlreadyAMember;
    case chat::errc::not_joinable:
      return &kNotJoinable;
    case chat::errc::cannot_leave:
      return &kCannotLeave;
    case chat::errc::name_taken:
      return &kNameTaken;
    case chat::errc::stale:
      return &kStale;
    case chat::errc::refused_before:
      return &kRefusedBefore;
    case chat::errc::busy:
      return &kBusy;
    case chat::errc::unavailable:
      return &kUnavailable;
    case chat::errc::unknown:
      return &kUnknown;
    case chat::errc::shutting_down:
      return &kShuttingDown;
  }
  return nullptr;
}

// The ports below chat; chat usually answers with a code of its own.
const WireError* find(fold::errc code) noexcept {
  switch (code) {
    case fold::errc::invalid_record:
      return &kBadRequest;
    case fold::errc::unknown_room:
      return &kUnknownRoom;
    case fold::errc::room_exists:
      return &kNameTaken;
    case fold::errc::not_a_member:
      return &kNotAMember;
    case fold::errc::already_a_member:
      return &kAlreadyAMember;
    case fold::errc::not_joinable:
      return &kNotJoinable;
    case fold::errc::cannot_leave:
      return &kCannotLeave;
    case fold::errc::stale:
      return &kStale;
    case fold::errc::refused_before:
      return &kRefusedBefore;
    case fold::errc::bad_snapshot:
      return &kUnavailable;
  }
  return nullptr;
}

const WireError* find(log::errc code) noexcept {
  switch (code) {
    case log::errc::busy:
      return &kBusy;
    case log::errc::unavailable:
      return &kUnavailable;
    case log::errc::maybe_appended:
      return &kUnknown;
    case log::errc::offset_lost:
      return &kUnavailable;
    case log::errc::bad_record:
      return &kUnavailable;
    case log::errc::too_large:
      return &kTextTooLong;
  }
  return nullptr;
}

const WireError* find(store::errc code) noexcept {
  switch (code) {
    case store::errc::busy:
      return &kBusy;
    case store::errc::unavailable:
      return &kUnavailable;
    case store::errc::superseded:
      return &kUnavailable;
    case store::errc::name_taken:
      return &kNameTaken;
    case store::errc::not_found:
      return &kUnknownRoom;
    case store::errc::data_error:
      return &kUnavailable;
    case store::errc::schema:
      return &kUnavailable;
  }
  return nullptr;
}

template <class Errc>
const WireError* find_if_of(const error_code& error) noexcept {
  if (error.category() != make_error_code(Errc{}).category()) return nullptr;
  return find(static_cast<Errc>(error.value()));
}

}  // namespace

error_code make_error_code(errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

const WireError& to_wire(const error_code& error) noexcept {
  if (const auto* found = find_if_of<errc>(error)) return *found;
  if (const auto* found = find_if_of<chat::errc>(error)) return *found;
  if (const auto* found = find_if_of<fold::errc>(error)) return *found;
  if (const auto* found = find_if_of<log::errc>(error)) return *found;
  if (const auto* found = find_if_of<store::errc>(error)) return *found;
  // A stranger. What is not known to be final is said to be unknown: repeating it harms nobody.
  if (error == condition::retryable) return kUnavailable;
  if (error == condition::refused) return kBadRequest;
  if (error == condition::gone) return kUnknownRoom;
  if (error == condition::corrupt) return kUnavailable;
  return kUnknown;
}

std::string encode_error_object(const error_code& error) {
  const auto& wire = to_wire(error);  // constants without a character that JSON escapes
  return fmt::format(R"({{"code":"{}","message":"{}","retry":"{}"}})", wire.code, wire.message, wire.retry);
}

std::string encode_error(const error_code& error) {
  return fmt::format(R"({{"error":{}}})", encode_error_object(error));
}

}  // namespace skat::gateway
