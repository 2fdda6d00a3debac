#include "log/record_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/check.hpp"
#include "base/json_text.hpp"
#include "log/errc.hpp"
#include "model/limits.hpp"
#include "model/text_rules.hpp"

namespace skat::log {
namespace {

using model::Access;
using model::RecordKind;

// ---- The words of the format ----------------------------------------------------------------------------------------

constexpr std::array<std::pair<RecordKind, std::string_view>, 4> kKinds{{{RecordKind::room_create, "room.create"},
                                                                         {RecordKind::member_join, "member.join"},
                                                                         {RecordKind::member_leave, "member.leave"},
                                                                         {RecordKind::message_send, "message.send"}}};

template <class T, std::size_t size>
std::string_view to_text(const std::array<std::pair<T, std::string_view>, size>& words, T value) {
  const auto it = std::ranges::find(words, value, &std::pair<T, std::string_view>::first);
  SKAT_CHECK(it != words.end(), "a value without a word in the record format");
  return it->second;
}

template <class T, std::size_t size>
std::optional<T> from_text(const std::array<std::pair<T, std::string_view>, size>& words, std::string_view text) {
  const auto it = std::ranges::find(words, text, &std::pair<T, std::string_view>::second);
  if (it == words.end()) return std::nullopt;
  return it->first;
}

// A member's bit says that it was there. Bits up to kBody are members of the record, those above of its body.
enum Member : std::uint32_t {
  kNone = 0,
  kV = 1 << 0,
  kRoom = 1 << 1,
  kKind = 1 << 2,
  kSender = 1 << 3,
  kDevice = 1 << 4,
  kN = 1 << 5,
  kOrigin = 1 << 6,
  kBody = 1 << 7,
  kName = 1 << 8,
  kText = 1 << 9,
  kRoomName = 1 << 10,
  kAccess = 1 << 11,
};
constexpr std::uint32_t kEnvelope = kV | kRoom | kKind | kSender | kDevice | kN | kOrigin | kBody;

constexpr std::array<std::pair<Member, std::string_view>, 8> kRecordMembers{{{kV, "v"},
                                                                             {kRoom, "room"},
                                                                             {kKind, "kind"},
                                                                             {kSender, "sender"},
                                                                             {kDevice, "device"},
                                                                             {kN, "n"},
                                                                             {kOrigin, "origin"},
                                                                             {kBody, "body"}}};
constexpr std::array<std::pair<Member, std::string_view>, 4> kBodyMembers{
    {{kName, "name"}, {kText, "text"}, {kRoomName, "room_name"}, {kAccess, "access"}}};

std::uint32_t body_of(RecordKind kind) {
  switch (kind) {
    case RecordKind::message_send:
      return kName | kText;
    case RecordKind::room_create:
      return kName | kRoomName | kAccess;
    case RecordKind::member_join:
    case RecordKind::member_leave:
      break;
  }
  return kName;
}

// ---- Decoding -------------------------------------------------------------------------------------------------------

// Takes the parser's events and fills a Record; no document tree is built. False from any function ends the parse.
class Handler {
 public:
  static constexpr std::size_t max_array_size = 0;
  static constexpr std::size_t max_object_size = std::size(kRecordMembers);
  static constexpr std::size_t max_string_size = model::kMaxTextBytes;
  static constexpr std::size_t max_key_size = 16;

  // What was read, if it was a whole record.
  [[nodiscard]] std::optional<model::Record> take() {
    if (seen_ != (kEnvelope | body_of(record_.kind))) return std::nullopt;
    return std::move(record_);
  }

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_array_begin(error_code& ec) { return refuse(ec); }
  bool on_array_end(std::size_t, error_code& ec) { return refuse(ec); }
  bool on_object_begin(error_code& ec) {
    if (depth_ == 1 && member_ != kBody) return refuse(ec);
    return ++depth_ <= 2 || refuse(ec);
  }
  bool on_object_end(std::size_t, error_code&) {
    --depth_;
    return true;
  }
  bool on_key_part(std::string_view part, std::size_t, error_code&) {
    text_.append(part);
    return true;
  }
  bool on_key(std::string_view last_part, std::size_t, error_code& ec) {
    text_.append(last_part);
    const auto known = depth_ == 1 ? from_text(kRecordMembers, text_) : from_text(kBodyMembers, text_);
    text_.clear();
    if (!known || (seen_ & *known) != 0) return refuse(ec);
    member_ = *known;
    seen_ |= member_;
    return true;
  }
  bool on_string_part(std::string_view part, std::size_t, error_code&) {
    text_.append(part);
    return true;
  }
  bool on_string(std::string_view last_part, std::size_t, error_code& ec) {
    text_.append(last_part);
    const bool taken = depth_ == 1 ? take_id(text_) : take_body(std::move(text_));
    text_.clear();
    return taken || refuse(ec);
  }
  bool on_number_part(std::string_view, error_code&) { return true; }
  bool on_int64(std::int64_t value, std::string_view, error_code& ec) {
    return (value > 0 && take_number(static_cast<std::uint64_t>(value))) || refuse(ec);
  }
  bool on_uint64(std::uint64_t, std::string_view, error_code& ec) {
    return refuse(ec);
  }  // above 2^63: no number of ours
  bool on_double(double, std::string_view, error_code& ec) { return refuse(ec); }
  bool on_bool(bool, error_code& ec) { return refuse(ec); }
  bool on_null(error_code& ec) { return refuse(ec); }
  bool on_comment_part(std::string_view, error_code& ec) { return refuse(ec); }
  bool on_comment(std::string_view, error_code& ec) { return refuse(ec); }

 private:
  static bool refuse(error_code& ec) {
    ec = errc::bad_record;
    return false;
  }

  template <class T, class Parsed>
  static bool set(T& to, const Parsed& parsed) {
    if (parsed) to = T(*parsed);
    return parsed.has_value();
  }

  bool take_id(std::string_view text) {
    switch (member_) {
      case kRoom:
        return set(record_.room, model::RoomId::parse(text));
      case kKind:
        return set(record_.kind, from_text(kKinds, text));
      case kSender:
        return set(record_.sender, model::UserId::parse(text));
      case kDevice:
        return set(record_.device, model::parse_hex64(text));
      case kOrigin:
        return set(record_.origin, model::parse_hex64(text));
      default:
        return false;
    }
  }

  bool take_body(std::string text) {
    switch (member_) {
      case kName:
        record_.name = std::move(text);
        return model::is_name(record_.name);
      case kText:
        record_.text = std::move(text);
        return model::is_message_text(record_.text);
      case kRoomName:
        record_.room_name = std::move(text);
        return model::is_name(record_.room_name);
      case kAccess:
        return set(record_.access, model::parse_access(text));
      default:
        return false;
    }
  }

  bool take_number(std::uint64_t value) {
    if (depth_ != 1) return false;
    if (member_ == kV) return value == kRecordVersion;
    if (member_ != kN || value > model::kMaxN) return false;
    record_.n = model::N{value};
    return true;
  }

  model::Record record_;
  std::string text_;            // the string or key whose parts are coming in
  Member member_ = kNone;       // the last key
  std::uint32_t seen_ = kNone;  // members so far; a second one of a name is refused
  int depth_ = 0;
};

// ---- Encoding -------------------------------------------------------------------------------------------------------

}  // namespace

std::string encode_record(const model::Record& record) {
  std::string out;
  out.reserve(256 + record.name.size() + record.text.size() + record.room_name.size());
  fmt::format_to(
      std::back_inserter(out),
      R"({{"v":{},"room":"{}","kind":"{}","sender":"{}","device":"{}","n":{},"origin":"{}","body":{{"name":)",
      kRecordVersion, record.room.hex(), to_text(kKinds, record.kind), record.sender.hex(),
      model::hex64(record.device.value()), record.n.value(), model::hex64(record.origin));
  base::append_json_string(out, record.name);
  if (record.kind == RecordKind::message_send) {
    out += R"(,"text":)";
    base::append_json_string(out, record.text);
  } else if (record.kind == RecordKind::room_create) {
    out += R"(,"room_name":)";
    base::append_json_string(out, record.room_name);
    fmt::format_to(std::back_inserter(out), R"(,"access":"{}")", model::to_text(record.access));
  }
  out += "}}";
  return out;
}

result<model::Record> decode_record(std::string_view key, std::string_view value) {
  if (value.size() > model::kMaxRecordBytes) return make_error_code(errc::bad_record);
  boost::json::basic_parser<Handler> parser{boost::json::parse_options{}};
  error_code ec;
  const std::size_t used = parser.write_some(false, value.data(), value.size(), ec);
  if (ec || used != value.size()) return make_error_code(errc::bad_record);
  auto record = parser.handler().take();
  if (!record || record->room.hex() != key) return make_error_code(errc::bad_record);
  return std::move(*record);
}

}  // namespace skat::log
