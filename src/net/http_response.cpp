#include "net/http_response.hpp"

#include <algorithm>
#include <array>

#include "net/http_text.hpp"

namespace skat::net {
namespace {

bool is_ours(std::string_view name) {
  static constexpr std::array<std::string_view, 4> kNames{"Content-Length", "Connection", "Date", "Transfer-Encoding"};
  return std::any_of(kNames.begin(), kNames.end(), [&](auto own) { return equal_ignoring_case(own, name); });
}

void add(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ").append(value).append("\r\n");
}

}  // namespace

bool may_have_body(int status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

std::string format_head(const HttpResponse& response, const ResponseFraming& framing) {
  std::string head;
  head.reserve(256);
  head.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  head.append(status_phrase(response.status)).append("\r\n");
  for (const auto& [name, value] : response.headers) {
    if (is_token(name) && is_field_value(value) && !is_ours(name)) add(head, name, value);
  }
  add(head, "Date", framing.date);
  if (may_have_body(response.status)) {
    add(head, "Content-Length", std::to_string(response.body ? response.body->size() : 0));
  }
  if (!framing.keep_alive) {
    add(head, "Connection", "close");
  } else if (framing.http_1_0) {
    add(head, "Connection", "keep-alive");
  }
  head.append("\r\n");
  return head;
}

}  // namespace skat::net
