#include "engineio/handshake.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/json_text.hpp"

namespace skat::engineio {

namespace {

std::string_view message_of(RequestError error) noexcept {
  switch (error) {
    case RequestError::transport_unknown:
      return "Transport unknown";
    case RequestError::sid_unknown:
      return "Session ID unknown";
    case RequestError::bad_handshake_method:
      return "Bad handshake method";
    case RequestError::bad_request:
      return "Bad request";
    case RequestError::forbidden:
      return "Forbidden";
    case RequestError::unsupported_protocol:
      return "Unsupported protocol version";
  }
  return "Bad request";
}

std::optional<TransportKind> enabled_transport(std::string_view name, const Config& config) noexcept {
  if (name == "polling" && config.allow_polling) return TransportKind::polling;
  if (name == "websocket" && config.allow_websocket) return TransportKind::websocket;
  return std::nullopt;
}

}  // namespace

RequestFacts read_facts(const net::HttpRequest& request, const Config& config) {
  RequestFacts facts;
  facts.method = request.method;
  facts.upgrade = request.upgrade_websocket;
  for (auto& [name, value] : net::parse_query(request.query)) {
    if (name == "sid") {
      facts.sid = std::move(value);
    } else if (name == "transport") {
      facts.transport = enabled_transport(value, config);
    } else if (name == "EIO") {
      facts.revision4 = value == "4";
    } else if (name == "b64") {
      facts.base64 = value == "1";
    }
  }
  return facts;
}

std::optional<RequestError> check_request(const RequestFacts& facts, std::optional<TransportKind> session) {
  if (!facts.transport) return RequestError::transport_unknown;
  if (facts.origin_malformed) return RequestError::bad_request;
  if (!facts.sid.empty()) {
    if (!session) return RequestError::sid_unknown;
    if (!facts.upgrade && *session != *facts.transport) return RequestError::bad_request;
    if (!facts.revision4) return RequestError::bad_request;
    if (facts.origin_refused) return RequestError::forbidden;
  } else {
    if (facts.method != "GET") return RequestError::bad_handshake_method;
    if (*facts.transport == TransportKind::websocket && !facts.upgrade) return RequestError::bad_request;
    if (facts.origin_refused) return RequestError::forbidden;
    if (!facts.revision4) return RequestError::unsupported_protocol;
  }
  // An upgrade that asks for polling; the reference answers 101 and cuts the connection.
  if (facts.upgrade && *facts.transport != TransportKind::websocket) return RequestError::bad_request;
  return std::nullopt;
}

net::HttpResponse error_response(RequestError error, bool upgrade, const std::optional<std::string>& text) {
  const std::string message = text.value_or(std::string(message_of(error)));
  if (upgrade) {
    auto response = net::HttpResponse::text(400, message, "text/html");
    response.close = true;
    return response;
  }
  std::string json = fmt::format(R"({{"code":{},"message":)", static_cast<int>(error));
  base::append_json_string(json, message);
  json += '}';
  return net::HttpResponse::text(error == RequestError::forbidden ? 403 : 400, std::move(json), "application/json");
}

net::HttpResponse empty_response(int status) {
  net::HttpResponse response;
  response.status = status;
  return response;
}

std::string open_json(std::string_view sid, TransportKind transport, const Config& config) {
  const bool upgrades = transport == TransportKind::polling && config.allow_websocket && config.allow_upgrades;
  return fmt::format(R"({{"sid":"{}","upgrades":[{}],"pingInterval":{},"pingTimeout":{},"maxPayload":{}}})", sid,
                     upgrades ? R"("websocket")" : "", config.ping_interval.count(), config.ping_timeout.count(),
                     config.max_payload_bytes);
}

}  // namespace skat::engineio
