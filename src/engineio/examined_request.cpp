#include "engineio/examined_request.hpp"

#include <string>
#include <string_view>

#include "net/http_text.hpp"

namespace skat::engineio {

Examined examine(const net::HttpRequest& request, const Config& config, const Cors& cors) {
  const std::string_view origin = request.header("Origin");
  const OriginVerdict verdict = judge_origin(config.origin, origin, request.header("Host"));
  Examined examined{read_facts(request, config), verdict, cors.headers(origin, verdict)};
  examined.facts.origin_malformed = verdict == OriginVerdict::malformed;
  examined.facts.origin_refused = verdict == OriginVerdict::refused;
  return examined;
}

bool is_octet_stream(const net::HttpRequest& request) noexcept {
  constexpr std::string_view kOctetStream = "application/octet-stream";
  return net::equal_ignoring_case(request.header("Content-Type").substr(0, kOctetStream.size()), kOctetStream);
}

void add_subprotocol(const net::HttpRequest& request, std::vector<net::Header>& headers) {
  std::string_view offered = request.header("Sec-WebSocket-Protocol");
  offered = net::trim(offered.substr(0, offered.find(',')));
  if (!offered.empty()) headers.push_back({"Sec-WebSocket-Protocol", std::string(offered)});
}

}  // namespace skat::engineio
