// An HTTP request as handlers see it, and the one answer they owe. RFC 9110, RFC 9112.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.hpp"
#include "base/function.hpp"

namespace skat::net {

struct Header {
  std::string name, value;
};

struct HttpRequest {
  std::string method;  // "GET"
  std::string target;  // as sent: "/socket.io/?EIO=4"
  std::string path;    // percent-decoded, before the "?"
  std::string query;   // raw, after the "?"
  std::vector<Header> headers;
  std::string body;
  bool body_follows = false;   // BodyMode::may_follow: `body` is empty, it comes through Responder::on_body
  std::string remote_address;  // "127.0.0.1"
  bool secure = false;
  bool upgrade_websocket = false;  // Connection: Upgrade, Upgrade: websocket, a version 13 and a key are all there

  // First header of that name, compared without case; empty when absent.
  [[nodiscard]] std::string_view header(std::string_view name) const noexcept;
  // All headers of that name as the one list they stand for (RFC 9110, section 5.3).
  [[nodiscard]] std::string joined_headers(std::string_view name) const;
};

// Names and values percent-decoded, "+" is a space; of a repeated name the last one wins.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

// What became of a body that followed its request.
struct BodyResult {
  bool too_large = false;  // more than the route allows; the rest is not read, and the connection closes when answered
  std::string body;        // the whole of it
};

struct HttpResponse {
  int status = 200;
  std::vector<Header> headers;  // Content-Length, Connection and Date are added
  base::SharedBytes body;       // may be null: no body
  bool close = false;           // close the connection afterwards

  static HttpResponse text(int status, std::string body, std::string content_type = "text/plain; charset=UTF-8");
};

}  // namespace skat::net
