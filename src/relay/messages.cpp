#include "relay/messages.hpp"

#include <utility>

namespace skat::relay {
namespace {

using engineio::TransportKind;

constexpr std::uint8_t kClose = 1, kHasBody = 2;
constexpr std::uint8_t kTooLarge = 1;
constexpr std::uint8_t kAsks = 1, kResets = 2;

class Writer {
 public:
  void number(std::uint64_t value, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) out_.push_back(static_cast<char>(value >> (8 * i) & 0xFF));
  }
  void text(std::string_view value) {
    number(value.size(), 4);
    out_.append(value);
  }
  [[nodiscard]] base::Bytes take() { return std::move(out_); }

 private:
  base::Bytes out_;
};

// Reads what is there; what is not there is 0 or empty, and whole() says so.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}
  std::uint64_t number(std::size_t bytes) {
    const std::string_view from = take(bytes);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
      value |= static_cast<std::uint64_t>(static_cast<unsigned char>(from[i])) << (8 * i);
    }
    return value;
  }
  std::string text() { return std::string(take(static_cast<std::size_t>(number(4)))); }
  // Everything was there, and nothing is left.
  [[nodiscard]] bool whole() const { return !short_ && rest_.empty(); }
  [[nodiscard]] bool ran_short() const { return short_; }

 private:
  std::string_view take(std::size_t bytes) {
    if (bytes > rest_.size()) {
      short_ = true;
      rest_ = {};
      return {};
    }
    const auto taken = rest_.substr(0, bytes);
    rest_.remove_prefix(bytes);
    return taken;
  }

  std::string_view rest_;
  bool short_ = false;
};

// The flags of a request, in the order of their bits.
template <class Request, class Use>
void each_flag(Request& request, Use use) {
  use(request.body_follows);
  use(request.octet_stream);
  use(request.facts.revision4);
  use(request.facts.base64);
  use(request.facts.upgrade);
  use(request.facts.origin_malformed);
  use(request.facts.origin_refused);
}
constexpr std::uint64_t kRequestFlags = 0x7F;

std::uint64_t to_byte(std::optional<TransportKind> transport) {
  if (!transport) return 0;
  return *transport == TransportKind::polling ? 1 : 2;
}

}  // namespace

base::Bytes encode(const engineio::SessionRequest& request) {
  std::uint64_t flags = 0, bit = 1;
  each_flag(request, [&](bool set) {
    flags |= set ? bit : 0;
    bit <<= 1;
  });
  Writer out;
  out.number(flags, 1);
  out.number(to_byte(request.facts.transport), 1);
  out.text(request.facts.method);
  out.text(request.facts.sid);
  out.text(request.body);
  return out.take();
}

base::Bytes encode(const net::BodyResult& body) {
  Writer out;
  out.number(body.too_large ? kTooLarge : 0, 1);
  if (!body.too_large) out.text(body.body);
  return out.take();
}

base::Bytes encode(const net::HttpResponse& answer) {
  Writer out;
  out.number(static_cast<std::uint64_t>(answer.status), 2);
  out.number((answer.close ? kClose : 0) | (answer.body ? kHasBody : 0), 1);
  out.number(answer.headers.size(), 1);
  for (const auto& [name, value] : answer.headers) {
    out.text(name);
    out.text(value);
  }
  out.text(answer.body ? std::string_view(*answer.body) : std::string_view());
  return out.take();
}

base::Bytes encode(const Announcement& announcement) {
  Writer out;
  out.number(static_cast<std::uint64_t>(announcement.tag), 2);
  out.number(announcement.claimed, 8);
  out.number((announcement.asks ? kAsks : 0) | (announcement.resets ? kResets : 0), 1);
  return out.take();
}

std::optional<engineio::SessionRequest> decode_request(std::string_view bytes) {
  Reader in(bytes);
  engineio::SessionRequest request;
  const auto flags = in.number(1);
  const auto transport = in.number(1);
  if (flags > kRequestFlags || transport > 2) return std::nullopt;
  std::uint64_t bit = 1;
  each_flag(request, [&](bool& set) {
    set = (flags & bit) != 0;
    bit <<= 1;
  });
  if (transport != 0) request.facts.transport = transport == 1 ? TransportKind::polling : TransportKind::websocket;
  request.facts.method = in.text();
  request.facts.sid = in.text();
  request.body = in.text();
  if (!in.whole()) return std::nullopt;
  return request;
}

std::optional<net::BodyResult> decode_body(std::string_view bytes) {
  Reader in(bytes);
  net::BodyResult result;
  const auto too_large = in.number(1);
  if (too_large > kTooLarge) return std::nullopt;
  result.too_large = too_large != 0;
  if (!result.too_large) result.body = in.text();
  if (!in.whole()) return std::nullopt;
  return result;
}

std::optional<net::HttpResponse> decode_answer(std::string_view bytes) {
  Reader in(bytes);
  net::HttpResponse answer;
  answer.status = static_cast<int>(in.number(2));
  const auto flags = in.number(1);
  const auto headers = in.number(1);
  if (answer.status < 200 || answer.status > 599 || flags > (kClose | kHasBody)) return std::nullopt;
  answer.close = (flags & kClose) != 0;
  for (std::uint64_t i = 0; i < headers && !in.ran_short(); ++i) {
    auto name = in.text();
    answer.headers.push_back({std::move(name), in.text()});
  }
  auto body = in.text();
  if (!in.whole() || (!body.empty() && (flags & kHasBody) == 0)) return std::nullopt;
  if ((flags & kHasBody) != 0) answer.body = base::share(std::move(body));
  return answer;
}

std::optional<Announcement> decode_announcement(std::string_view bytes) {
  Reader in(bytes);
  Announcement announcement;
  announcement.tag = static_cast<engineio::NodeTag>(in.number(2));
  announcement.claimed = in.number(8);
  const auto flags = in.number(1);
  if (!in.whole() || flags > (kAsks | kResets) || announcement.tag == engineio::NodeTag::none) return std::nullopt;
  announcement.asks = (flags & kAsks) != 0;
  announcement.resets = (flags & kResets) != 0;
  return announcement;
}

}  // namespace skat::relay
