// Any bytes, however they are cut: what is a request when it comes whole is the same request in pieces, and the parser
// keeps to its limits. Input: the first byte is the size of the pieces. tests/corpus/http_parser.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "base/check.hpp"
#include "net/config.hpp"
#include "net/http_parser.hpp"

namespace {

using Status = skat::net::HttpParser::Status;

constexpr std::size_t kMaxBody = 200;

std::optional<skat::net::HttpRequest> parse(const std::string& bytes, std::size_t step) {
  static const skat::net::HttpConfig config{.max_head_bytes = 512, .max_header_count = 8};
  skat::net::HttpParser parser(config);
  std::string kept;
  for (std::size_t fed = 0; fed < bytes.size();) {
    const auto size = std::min(step, bytes.size() - fed);
    kept.append(bytes, fed, size);
    fed += size;
    std::string_view view = kept;
    auto status = parser.feed(view);
    if (status == Status::head_done) {
      if (!parser.allow_body(kMaxBody)) return std::nullopt;
      status = parser.feed(view);
    }
    if (status == Status::failed) return std::nullopt;
    if (status == Status::complete) {
      auto request = parser.take_request();
      SKAT_CHECK(request.body.size() <= kMaxBody, "a body above the limit");
      SKAT_CHECK(request.headers.size() <= config.max_header_count, "more headers than the limit");
      return request;
    }
    kept.erase(0, kept.size() - view.size());
  }
  return std::nullopt;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto whole = parse(bytes, bytes.size());
  const auto cut = parse(bytes, std::size_t{data[0]} + 1);
  SKAT_CHECK(whole.has_value() == cut.has_value(), "cutting made or unmade a request");
  if (!whole) return 0;
  SKAT_CHECK(whole->method == cut->method && whole->target == cut->target && whole->path == cut->path,
             "cutting changed the request line");
  SKAT_CHECK(whole->body == cut->body && whole->headers.size() == cut->headers.size(), "cutting changed the request");
  return 0;
}
