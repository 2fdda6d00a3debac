// Any request under the path: it passes exactly when all that the protocol asks for holds, and is refused with a code
// whose reason is there; an origin is the server's own exactly when it is the Host with a scheme in front; error
// answers are JSON. Input, by lines: the method; letters for what else holds ("u" upgrade, "p" "w" the session's
// transport, "1" polling off, "2" WebSocket off); Origin; Host; the query.
#include "engineio/handshake.hpp"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "base/utf8.hpp"
#include "engineio/origin_policy.hpp"

namespace {

using namespace skat::engineio;

std::array<std::string_view, 5> lines_of(std::string_view input) {
  std::array<std::string_view, 5> lines;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto end = i + 1 == lines.size() ? input.size() : std::min(input.find('\n'), input.size());
    lines[i] = input.substr(0, end);
    input.remove_prefix(std::min(end + 1, input.size()));
  }
  return lines;
}

// The last value of `name`; empty without one.
std::string value_of(std::string_view query, std::string_view name) {
  std::string value;
  for (const auto& [key, text] : skat::net::parse_query(query)) {
    if (key == name) value = text;
  }
  return value;
}

void check_facts(const RequestFacts& facts, std::string_view query, const Config& config) {
  const std::string transport = value_of(query, "transport");
  SKAT_CHECK(facts.sid == value_of(query, "sid"), "another session");
  SKAT_CHECK(facts.revision4 == (value_of(query, "EIO") == "4"), "another revision");
  SKAT_CHECK(facts.base64 == (value_of(query, "b64") == "1"), "another form of binary");
  SKAT_CHECK((facts.transport == TransportKind::polling) == (transport == "polling" && config.allow_polling),
             "polling");
  SKAT_CHECK((facts.transport == TransportKind::websocket) == (transport == "websocket" && config.allow_websocket),
             "WebSocket");
}

void check_verdict(const RequestFacts& facts, std::optional<TransportKind> session) {
  const bool handshake = facts.sid.empty();
  const bool websocket = facts.transport == TransportKind::websocket;
  const bool origin = !facts.origin_malformed && !facts.origin_refused;
  const bool fits = handshake ? facts.method == "GET" && (!websocket || facts.upgrade)
                              : session && (facts.upgrade || session == facts.transport);
  const bool passes = facts.transport && facts.revision4 && origin && fits && (!facts.upgrade || websocket);
  const auto error = check_request(facts, session);
  SKAT_CHECK(error.has_value() != passes, "let pass or refused against the protocol");
  if (!error) return;
  switch (*error) {
    case RequestError::transport_unknown:
      SKAT_CHECK(!facts.transport, "the transport is known");
      break;
    case RequestError::sid_unknown:
      SKAT_CHECK(!handshake && !session, "the session is known");
      break;
    case RequestError::bad_handshake_method:
      SKAT_CHECK(handshake && facts.method != "GET", "the method is right");
      break;
    case RequestError::forbidden:
      SKAT_CHECK(facts.origin_refused, "the origin is allowed");
      break;
    case RequestError::unsupported_protocol:
      SKAT_CHECK(handshake && !facts.revision4, "the revision is right");
      break;
    case RequestError::bad_request:
      break;
  }
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return out;
}

// "host" and "host:80" as the same text.
std::string with_port(std::string_view host, std::string_view default_port) {
  const bool has_port =
      host.front() == '[' ? host.find("]:") != std::string_view::npos : host.find(':') != std::string_view::npos;
  return lower(host) + (has_port ? "" : ":" + std::string(default_port));
}

void check_origin(std::string_view origin, std::string_view host) {
  OriginPolicy own;
  own.allow_any = own.allow_localhost = false;
  own.allow_own = true;
  const auto verdict = judge_origin(own, origin, host);
  SKAT_CHECK((verdict == OriginVerdict::absent) == origin.empty(), "an origin from nowhere");
  SKAT_CHECK(judge_origin(own, lower(origin), lower(host)) == verdict, "case made a difference");
  SKAT_CHECK(verdict == OriginVerdict::malformed ||
                 judge_origin(own, std::string(origin) + "/x", host) != OriginVerdict::allowed,
             "an origin with a path");
  if (verdict == OriginVerdict::allowed) {
    const std::string text = lower(origin);
    const auto end = text.find("://");
    SKAT_CHECK(end == 4 || end == 5, "an origin that is none of the web's");
    const std::string_view port = end == 5 ? "443" : "80";
    const std::string mine = with_port(std::string_view(text).substr(end + 3), port);
    // Of several colons the last one counts; both readings must find the same text.
    SKAT_CHECK(mine == with_port(host, port) || text.substr(end + 3) == lower(host), "another host's page");
  }
  if (is_web_origin(origin)) {
    const auto site = origin.substr(origin.find("://") + 3);
    SKAT_CHECK(
        site.substr(0, site.size() - (site.ends_with('/') ? 1 : 0)).find_first_of("/?#@ ") == std::string_view::npos,
        "more than a host and a port");
  }
  OriginPolicy listed;
  listed.allow_any = listed.allow_own = listed.allow_localhost = false;
  SKAT_CHECK(judge_origin(listed, origin, host) != OriginVerdict::allowed, "nobody is allowed, and somebody got in");
  listed.allowed = {std::string(origin)};
  const bool got_in = judge_origin(listed, origin, host) == OriginVerdict::allowed;
  SKAT_CHECK(got_in == (is_web_origin(origin) && !origin.ends_with('/')), "the list and the rule disagree");
}

void check_answers(std::string_view text, bool upgrade) {
  if (!skat::base::is_valid_utf8(text)) return;
  for (const auto error : {RequestError::forbidden, RequestError::sid_unknown}) {
    const auto answer = error_response(error, upgrade, std::string(text));
    SKAT_CHECK(answer.status == (error == RequestError::forbidden && !upgrade ? 403 : 400), "another status");
    if (upgrade) {
      SKAT_CHECK(answer.close && *answer.body == text, "an upgrade is refused with the bare text");
      continue;
    }
    boost::system::error_code failure;
    const auto json = boost::json::parse(*answer.body, failure);
    SKAT_CHECK(!failure && json.at("message").as_string() == boost::json::string_view(text.data(), text.size()),
               "an error that is no JSON");
  }
}

}  // namespace

SKAT_FUZZ_TARGET(handshake) {
  const auto [method, flags, origin, host, query] = lines_of(input);
  const auto has = [letters = flags](char c) { return letters.find(c) != std::string_view::npos; };
  Config config;
  config.allow_polling = !has('1');
  config.allow_websocket = !has('2');
  skat::net::HttpRequest request;
  request.method = method;
  request.query = query;
  request.upgrade_websocket = has('u');
  auto facts = read_facts(request, config);
  check_facts(facts, query, config);

  OriginPolicy own;
  own.allow_any = false;
  const auto verdict = judge_origin(own, origin, host);
  facts.origin_malformed = verdict == OriginVerdict::malformed;
  facts.origin_refused = verdict == OriginVerdict::refused;
  std::optional<TransportKind> session;
  if (has('p')) session = TransportKind::polling;
  if (has('w')) session = TransportKind::websocket;
  check_verdict(facts, session);
  check_origin(origin, host);
  check_answers(origin, has('u'));
}
