#include "socketio/handshake_record.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "base/clock.hpp"
#include "base/json_text.hpp"
#include "base/utf8.hpp"

namespace skat::socketio {
namespace {

// A peer may send any bytes; what is no UTF-8 is read as Latin-1.
void append_text(std::string& out, std::string_view bytes) {
  if (base::is_valid_utf8(bytes)) return base::append_json_string(out, bytes);
  std::string text;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      text += c;
    } else {
      text += static_cast<char>(0xC0 | (byte >> 6));
      text += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  base::append_json_string(out, text);
}

void append_member(std::string& out, std::string_view name, std::string_view text) {
  append_text(out, name);
  out += ':';
  append_text(out, text);
}

void append_headers(std::string& out, const engineio::HandshakeInfo& handshake) {
  std::set<std::string> seen;
  out += R"({"headers":{)";
  for (const auto& header : handshake.headers()) {
    std::string name = header.name;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
    if (!seen.insert(name).second) continue;
    if (seen.size() > 1) out += ',';
    append_member(out, name, header.value);
  }
  out += '}';
}

void append_query(std::string& out, const engineio::HandshakeInfo& handshake) {
  out += R"(,"query":{)";
  bool first = true;
  for (const auto& [name, value] : handshake.query()) {
    if (!first) out += ',';
    first = false;
    append_member(out, name, value);
  }
  out += '}';
}

}  // namespace

std::string handshake_record(const engineio::HandshakeInfo& handshake, std::int64_t issued_ms,
                             std::string_view auth_json) {
  std::string out;
  append_headers(out, handshake);
  const auto seconds = std::chrono::floor<std::chrono::seconds>(base::from_millis(issued_ms));
  out += ',';
  append_member(out, "time",
                fmt::format("{:%a %b %d %Y %H:%M:%S} GMT+0000", fmt::gmtime(seconds.time_since_epoch().count())));
  out += ',';
  append_member(out, "address", handshake.address);
  out += R"(,"xdomain":)";
  out += handshake.header("origin").empty() ? "false" : "true";
  out += R"(,"secure":)";
  out += handshake.secure ? "true" : "false";
  out += R"(,"issued":)" + std::to_string(issued_ms) + ',';
  append_member(out, "url", handshake.url());
  append_query(out, handshake);
  out += R"(,"auth":)";
  out += auth_json;
  out += '}';
  return out;
}

}  // namespace skat::socketio
