#include "net/http_parser.hpp"

#include <algorithm>
#include <boost/beast/http/basic_parser.hpp>
#include <charconv>
#include <functional>
#include <optional>
#include <utility>

#include "base/encoding.hpp"
#include "net/config.hpp"
#include "net/http_body.hpp"
#include "net/http_text.hpp"

namespace skat::net {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;

std::string_view view(string_view text) {
  return {text.data(), text.size()};
}

// Whether the request line in front ends with a version of another major than 1 (RFC 9110, 15.6.6).
bool names_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const auto at = line.rfind(" HTTP/");
  if (at == std::string_view::npos || std::count(line.begin(), line.end(), ' ') != 2) return false;
  const std::string_view version = line.substr(at + 6);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return version.size() == 3 && is_digit(version[0]) && version[0] != '1' && version[1] == '.' && is_digit(version[2]);
}

// What the head said about the connection and the body.
struct HeadFacts {
  bool http_1_0 = false, close = false, keep_alive = false, upgrade = false, upgrade_websocket = false;
  bool chunked = false, expects_continue = false, websocket_version_13 = false, websocket_key = false;
  std::optional<std::uint64_t> length;
  std::size_t hosts = 0;
};

class HeadParser final : public beast_http::basic_parser<true> {
 public:
  explicit HeadParser(const HttpConfig& config) : config_(config) {
    skip(true);  // the body is BodyReader's
    header_limit(static_cast<std::uint32_t>(config.max_head_bytes));
  }

  HttpRequest request;
  HeadFacts facts;
  int refused = 0;  // status

  // The bytes of the put() under way: a value that lies elsewhere was unfolded.
  std::string_view input;
  std::size_t head_bytes = 0;

 private:
  void fail(int status, boost::beast::error_code& error) {
    refused = status;
    error = beast_http::make_error_code(beast_http::error::bad_value);
  }

  void on_request_impl(beast_http::verb, string_view method, string_view target, int version,
                       boost::beast::error_code& error) override {
    head_bytes += method.size() + target.size() + sizeof "  HTTP/1.1\r\n" - 1;
    if (head_bytes > config_.max_head_bytes) return fail(431, error);
    request.method = view(method);
    request.target = view(target);
    facts.http_1_0 = version == 10;
    if (!split_target()) return fail(400, error);
  }

  bool split_target() {
    std::string_view rest = request.target;
    if (rest.front() != '/') {  // absolute form, "*", or CONNECT's authority
      const auto scheme = rest.find("://");
      const auto slash = scheme == std::string_view::npos ? scheme : rest.find('/', scheme + 3);
      if (slash == std::string_view::npos) {
        request.path = rest;
        return rest == "*" && request.method == "OPTIONS";
      }
      rest.remove_prefix(slash);
    }
    rest = rest.substr(0, rest.find('#'));
    const auto mark = rest.find('?');
    if (mark != std::string_view::npos) request.query = rest.substr(mark + 1);
    auto path = percent_decode(rest.substr(0, mark), false);
    if (!path || path->find('\0') != std::string::npos) return false;
    request.path = std::move(*path);
    return true;
  }

  void on_field_impl(beast_http::field field, string_view name, string_view value,
                     boost::beast::error_code& error) override {
    head_bytes += name.size() + value.size() + sizeof ":\r\n" - 1;
    if (head_bytes > config_.max_head_bytes || request.headers.size() == config_.max_header_count) {
      return fail(431, error);
    }
    if (is_folded(view(name), view(value))) return fail(400, error);
    if (const int status = note(field, view(value)); status != 0) return fail(status, error);
    request.headers.push_back({std::string(view(name)), std::string(view(value))});
  }

  [[nodiscard]] bool is_folded(std::string_view name, std::string_view value) const {
    const char* const name_end = name.data() + name.size();
    const std::less<const char*> before;
    if (before(value.data(), name_end) || before(input.data() + input.size(), value.data())) return true;
    const std::string_view between(name_end, static_cast<std::size_t>(value.data() - name_end));
    return between.find('\r') != std::string_view::npos;
  }

  // 0, or the status to refuse with.
  int note(beast_http::field field, std::string_view value) {
    switch (field) {
      case beast_http::field::content_length:
        return facts.length ? 400 : note_length(value);
      case beast_http::field::transfer_encoding:
        if (facts.chunked || facts.http_1_0 || !equal_ignoring_case(value, "chunked")) return 400;
        facts.chunked = true;
        return 0;
      case beast_http::field::host:
        return ++facts.hosts > 1 ? 400 : 0;
      case beast_http::field::connection:
        facts.close |= list_has_token(value, "close");
        facts.keep_alive |= list_has_token(value, "keep-alive");
        facts.upgrade |= list_has_token(value, "upgrade");
        return 0;
      case beast_http::field::expect:
        facts.expects_continue = equal_ignoring_case(value, "100-continue");
        return facts.expects_continue ? 0 : 417;
      case beast_http::field::upgrade:
        facts.upgrade_websocket |= list_has_token(value, "websocket");
        return 0;
      case beast_http::field::sec_websocket_version:
        facts.websocket_version_13 = value == "13";
        return 0;
      case beast_http::field::sec_websocket_key: {
        const auto nonce = base::from_base64(value);
        facts.websocket_key = nonce && nonce->size() == 16;
        return 0;
      }
      default:
        return 0;
    }
  }

  int note_length(std::string_view value) {
    std::uint64_t length = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), length);
    if (value.empty() || error != std::errc{} || end != value.data() + value.size()) return 400;
    facts.length = length;
    return 0;
  }

  void on_header_impl(boost::beast::error_code& error) override {
    const bool both = facts.length && facts.chunked;
    if (both || (!facts.http_1_0 && facts.hosts != 1)) return fail(400, error);
    request.upgrade_websocket = facts.upgrade && facts.upgrade_websocket && facts.websocket_version_13 &&
                                facts.websocket_key && !facts.http_1_0 && request.method == "GET" && !facts.chunked &&
                                facts.length.value_or(0) == 0;
  }

  void on_response_impl(int, string_view, int, boost::beast::error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, boost::beast::error_code&) override {}
  std::size_t on_body_impl(string_view, boost::beast::error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, boost::beast::error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, boost::beast::error_code&) override { return 0; }
  void on_finish_impl(boost::beast::error_code&) override {}

  const HttpConfig& config_;
};

}  // namespace

struct HttpParser::Impl {
  explicit Impl(const HttpConfig& http_config) : config(http_config), head(http_config) {}

  Status feed_head(std::string_view& bytes) {
    head.input = bytes;
    boost::beast::error_code error;
    const std::size_t used = head.put({bytes.data(), bytes.size()}, error);
    head_used += used;
    bytes.remove_prefix(used);
    if (error == beast_http::error::need_more) {
      return head_used + bytes.size() >= config.max_head_bytes ? fail(431) : Status::need_more;
    }
    if (error) {
      if (error == beast_http::error::bad_version && names_version(head.input)) return fail(505);
      const bool too_long = error == beast_http::error::header_limit;
      return fail(too_long ? 431 : head.refused != 0 ? head.refused : 400);
    }
    if (head_used > config.max_head_bytes) return fail(431);  // by white space, which HeadParser does not see
    return head.is_done() ? Status::head_done : Status::need_more;
  }

  Status fail(int status) {
    error_status = status;
    return Status::failed;
  }

  const HttpConfig& config;
  HeadParser head;
  std::size_t head_used = 0;
  std::optional<BodyReader> body;
  int error_status = 400;
};

HttpParser::HttpParser(const HttpConfig& config) : impl_(std::make_unique<Impl>(config)) {}
HttpParser::~HttpParser() = default;

HttpParser::Status HttpParser::feed(std::string_view& bytes) {
  if (!impl_->body) return impl_->feed_head(bytes);
  switch (impl_->body->feed(bytes, impl_->head.request.body)) {
    case BodyReader::Status::need_more:
      return Status::need_more;
    case BodyReader::Status::complete:
      return Status::complete;
    case BodyReader::Status::too_large:
      return impl_->fail(413);
    case BodyReader::Status::malformed:
      break;
  }
  return impl_->fail(400);
}

bool HttpParser::allow_body(std::size_t max_bytes) {
  const HeadFacts& facts = impl_->head.facts;
  if (facts.length.value_or(0) > max_bytes) {
    impl_->error_status = 413;
    return false;
  }
  impl_->body = facts.chunked ? BodyReader::chunked(max_bytes) : BodyReader::of_length(facts.length.value_or(0));
  return true;
}

int HttpParser::error_status() const noexcept {
  return impl_->error_status;
}
const HttpRequest& HttpParser::head() const noexcept {
  return impl_->head.request;
}
bool HttpParser::http_1_0() const noexcept {
  return impl_->head.facts.http_1_0;
}

bool HttpParser::keep_alive() const noexcept {
  const HeadFacts& facts = impl_->head.facts;
  return !facts.close && (!facts.http_1_0 || facts.keep_alive);
}

bool HttpParser::has_body() const noexcept {
  const HeadFacts& facts = impl_->head.facts;
  return facts.chunked || facts.length.value_or(0) > 0;
}

bool HttpParser::expects_continue() const noexcept {
  return impl_->head.facts.expects_continue && !http_1_0() && has_body();
}

HttpRequest HttpParser::take_request() noexcept {
  return std::move(impl_->head.request);
}

HttpRequest HttpParser::take_head() noexcept {
  std::string body = take_body();
  HttpRequest head = std::exchange(impl_->head.request, {});
  impl_->head.request.body = std::move(body);
  return head;
}

std::string HttpParser::take_body() noexcept {
  return std::exchange(impl_->head.request.body, {});
}

}  // namespace skat::net
