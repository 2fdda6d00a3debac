#include "engineio/handshake_info.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace skat::engineio {

namespace {

bool equals_without_case(std::string_view a, std::string_view b) noexcept {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool describes_connection(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 14> kNames{"connection",
                                                           "upgrade",
                                                           "sec-websocket-key",
                                                           "sec-websocket-version",
                                                           "sec-websocket-extensions",
                                                           "accept",
                                                           "accept-encoding",
                                                           "cache-control",
                                                           "pragma",
                                                           "sec-fetch-mode",
                                                           "sec-fetch-dest",
                                                           "content-length",
                                                           "transfer-encoding",
                                                           "keep-alive"};
  return std::ranges::any_of(kNames, [name](std::string_view known) { return equals_without_case(name, known); });
}

bool belongs_to_protocol(std::string_view name) noexcept {
  static constexpr std::array<std::string_view, 6> kNames{"EIO", "transport", "sid", "t", "b64", "j"};
  return std::ranges::find(kNames, name) != kNames.end();
}

// HTTP allows none of these there; what has one would be read back as something else.
bool can_be_packed(const net::Header& header) noexcept {
  return header.name.find_first_of(":\n") == std::string::npos && header.value.find('\n') == std::string::npos;
}

struct HeaderView {
  std::string_view name, value;
};

// Takes the first header off `rest`.
std::optional<HeaderView> take_header(std::string_view& rest) noexcept {
  const std::size_t end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  const std::size_t colon = line.find(':');
  return HeaderView{line.substr(0, colon), line.substr(colon + 1)};
}

std::string_view after_url(std::string_view packed) noexcept {
  const std::size_t end = packed.find('\n');
  return end == std::string_view::npos ? std::string_view{} : packed.substr(end + 1);
}

}  // namespace

HandshakeInfo HandshakeInfo::of(net::HttpRequest&& request) {
  HandshakeInfo info;
  info.address = std::move(request.remote_address);
  info.secure = request.secure;
  std::string packed = request.target.substr(0, request.target.find('\n'));
  packed += '\n';
  for (const net::Header& header : request.headers) {
    if (describes_connection(header.name) || !can_be_packed(header)) continue;
    packed.append(header.name).append(1, ':').append(header.value).append(1, '\n');
  }
  info.packed_ = std::string(packed);  // a copy has no spare room
  return info;
}

std::string_view HandshakeInfo::url() const noexcept {
  return std::string_view(packed_).substr(0, packed_.find('\n'));
}

std::vector<std::pair<std::string, std::string>> HandshakeInfo::query() const {
  const std::string_view target = url();
  const std::size_t mark = target.find('?');
  if (mark == std::string_view::npos) return {};
  auto query = net::parse_query(target.substr(mark + 1));
  std::erase_if(query, [](const auto& parameter) { return belongs_to_protocol(parameter.first); });
  return query;
}

std::string_view HandshakeInfo::header(std::string_view name) const noexcept {
  std::string_view rest = after_url(packed_);
  while (const auto header = take_header(rest)) {
    if (equals_without_case(header->name, name)) return header->value;
  }
  return {};
}

std::vector<net::Header> HandshakeInfo::headers() const {
  std::vector<net::Header> headers;
  std::string_view rest = after_url(packed_);
  while (const auto header = take_header(rest)) {
    headers.push_back({std::string(header->name), std::string(header->value)});
  }
  return headers;
}

}  // namespace skat::engineio
