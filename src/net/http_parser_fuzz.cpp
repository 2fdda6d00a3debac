// Any bytes, however they are cut: what is a request when it comes whole is the same request in pieces and ends at the
// same byte; the parser keeps to its limits; a head that is accepted has one reading only, that of splitting it at CRLF
// and colon, so that no proxy before us can have seen another.
// Input: the first byte is the size of the pieces.
#include "net/http_parser.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "net/config.hpp"
#include "net/http_text.hpp"

namespace {

using Status = skat::net::HttpParser::Status;

constexpr std::size_t kMaxBody = 200;
const skat::net::HttpConfig config{.max_head_bytes = 512, .max_header_count = 8};

struct Parsed {
  skat::net::HttpRequest request;
  bool http_1_0 = false, keep_alive = false, expects_continue = false;
  std::size_t used = 0;
};

std::optional<Parsed> parse(std::string_view bytes, std::size_t step) {
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
    if (status == Status::failed) {
      const int refusal = parser.error_status();
      SKAT_CHECK((refusal >= 400 && refusal < 500) || refusal == 505, "a failure that is not the client's");
      return std::nullopt;
    }
    if (status == Status::complete) {
      Parsed parsed{.request = {},
                    .http_1_0 = parser.http_1_0(),
                    .keep_alive = parser.keep_alive(),
                    .expects_continue = parser.expects_continue(),
                    .used = fed - view.size()};
      parsed.request = parser.take_request();
      return parsed;
    }
    kept.erase(0, kept.size() - view.size());
  }
  return std::nullopt;
}

// The head's lines are its request line and the headers, in order, and nothing in them is ambiguous.
void check_lines(const Parsed& parsed, std::string_view bytes) {
  const auto& request = parsed.request;
  const auto head = bytes.substr(0, bytes.find("\r\n\r\n"));
  SKAT_CHECK(head.size() + 4 <= config.max_head_bytes, "a head above the limit");
  SKAT_CHECK(request.headers.size() <= config.max_header_count, "more headers than the limit");
  std::size_t at = head.find("\r\n"), count = 0;
  SKAT_CHECK(
      head.substr(0, at) == request.method + ' ' + request.target + (parsed.http_1_0 ? " HTTP/1.0" : " HTTP/1.1"),
      "another request line");
  SKAT_CHECK(skat::net::is_token(request.method), "a method that is no token");
  while (at != std::string_view::npos) {
    const auto end = head.find("\r\n", at + 2);
    const auto line = head.substr(at + 2, end - (at + 2));
    at = end;
    const auto colon = std::min(line.find(':'), line.size());
    SKAT_CHECK(count < request.headers.size(), "a header was lost");
    const auto& header = request.headers[count++];
    SKAT_CHECK(skat::net::is_token(header.name) && line.substr(0, colon) == header.name, "another header name");
    SKAT_CHECK(skat::net::is_field_value(header.value), "a control character in a value");
    SKAT_CHECK(skat::net::trim(line.substr(std::min(colon + 1, line.size()))) == header.value, "another value");
  }
  SKAT_CHECK(count == request.headers.size(), "a header from nowhere");
}

void check_framing(const Parsed& parsed) {
  const auto& headers = parsed.request.headers;
  const auto count = [&headers](std::string_view name) {
    return std::count_if(headers.begin(), headers.end(), [name](const skat::net::Header& header) {
      return skat::net::equal_ignoring_case(header.name, name);
    });
  };
  const auto lengths = count("Content-Length"), codings = count("Transfer-Encoding");
  SKAT_CHECK(lengths + codings <= 1, "the body's end has two readings");
  SKAT_CHECK(parsed.http_1_0 ? codings == 0 && count("Host") <= 1 : count("Host") == 1, "no host, or two");
  SKAT_CHECK(parsed.request.body.size() <= kMaxBody, "a body above the limit");
  if (codings == 0) {
    const auto length = parsed.request.header("Content-Length");
    const bool digits = std::all_of(length.begin(), length.end(), [](char c) { return c >= '0' && c <= '9'; });
    SKAT_CHECK(digits, "a length that is no number");
    const auto leading = std::min(length.find_first_not_of('0'), length.size());
    const std::string expected = parsed.request.body.empty() ? "" : std::to_string(parsed.request.body.size());
    SKAT_CHECK(length.substr(leading) == expected, "a body of another length");
  }
  SKAT_CHECK(!parsed.request.upgrade_websocket || (parsed.request.method == "GET" && parsed.request.body.empty()),
             "an upgrade with a body");
}

void check_same(const Parsed& a, const Parsed& b) {
  const auto same_header = [](const auto& x, const auto& y) { return x.name == y.name && x.value == y.value; };
  SKAT_CHECK(a.used == b.used, "cutting moved the end");
  SKAT_CHECK(a.request.method == b.request.method && a.request.target == b.request.target &&
                 a.request.path == b.request.path && a.request.query == b.request.query,
             "cutting changed the request line");
  SKAT_CHECK(std::equal(a.request.headers.begin(), a.request.headers.end(), b.request.headers.begin(),
                        b.request.headers.end(), same_header),
             "cutting changed the headers");
  SKAT_CHECK(a.request.body == b.request.body, "cutting changed the body");
  SKAT_CHECK(a.keep_alive == b.keep_alive && a.http_1_0 == b.http_1_0 && a.expects_continue == b.expects_continue &&
                 a.request.upgrade_websocket == b.request.upgrade_websocket,
             "cutting changed what was asked for");
}

}  // namespace

SKAT_FUZZ_TARGET(http_parser) {
  if (input.size() < 2) return;
  const auto bytes = input.substr(1);
  const auto whole = parse(bytes, bytes.size());
  const auto cut = parse(bytes, std::size_t{static_cast<unsigned char>(input.front())} + 1);
  SKAT_CHECK(whole.has_value() == cut.has_value(), "cutting made or unmade a request");
  if (!whole) return;
  check_same(*whole, *cut);
  check_lines(*whole, bytes);
  check_framing(*whole);
}
