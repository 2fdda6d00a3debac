// HttpParser: one request, from its first byte to the end of its body. Boost.Beast reads the head (hidden in the .cpp,
// since it is heavy to compile); what it lets pass and proxies read differently is refused here. Sans-I/O.
// Spec: RFC 9112. Refused: two Content-Length, Content-Length beside Transfer-Encoding, any coding but "chunked",
// folded header lines, no Host or two.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/http.hpp"

namespace skat::net {

struct HttpConfig;

class HttpParser {
 public:
  enum class Status : std::uint8_t {
    need_more,
    head_done,  // once, before the body is read: the caller decides by allow_body()
    complete,
    failed,  // answer with error_status() and close
  };

  explicit HttpParser(const HttpConfig& config);
  ~HttpParser();

  // Takes from the front of `bytes`; what stays there has to be given again together with what follows it.
  [[nodiscard]] Status feed(std::string_view& bytes);
  [[nodiscard]] int error_status() const noexcept;

  // After head_done.
  [[nodiscard]] const HttpRequest& head() const noexcept;  // its body is still empty
  [[nodiscard]] bool http_1_0() const noexcept;
  [[nodiscard]] bool keep_alive() const noexcept;
  [[nodiscard]] bool has_body() const noexcept;
  [[nodiscard]] bool expects_continue() const noexcept;
  // False: the announced length is above `max_bytes`, error_status() is 413 then. To be called before feeding on.
  [[nodiscard]] bool allow_body(std::size_t max_bytes);

  // After complete; with the body, unless the head was taken before.
  [[nodiscard]] HttpRequest take_request() noexcept;
  // After head_done, once: the request without its body, which take_body() gives after complete.
  [[nodiscard]] HttpRequest take_head() noexcept;
  [[nodiscard]] std::string take_body() noexcept;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skat::net
