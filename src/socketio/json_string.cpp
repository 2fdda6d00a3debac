#include "socketio/json_string.hpp"

#include <cstdint>

namespace skat::socketio {
namespace {

constexpr std::uint32_t kReplacement = 0xFFFD;

std::uint32_t hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<std::uint32_t>(c - '0');
  return static_cast<std::uint32_t>((c | 0x20) - 'a' + 10);
}

std::uint32_t code_unit(std::string_view four_digits) {
  std::uint32_t unit = 0;
  for (const char c : four_digits) unit = unit << 4 | hex_value(c);
  return unit;
}

bool is_high(std::uint32_t unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool is_low(std::uint32_t unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

void append_utf8(std::string& out, std::uint32_t point) {
  const auto tail = [&out](std::uint32_t bits) { out += static_cast<char>(0x80 | (bits & 0x3F)); };
  if (point < 0x80) {
    out += static_cast<char>(point);
  } else if (point < 0x800) {
    out += static_cast<char>(0xC0 | point >> 6);
    tail(point);
  } else if (point < 0x10000) {
    out += static_cast<char>(0xE0 | point >> 12);
    tail(point >> 6);
    tail(point);
  } else {
    out += static_cast<char>(0xF0 | point >> 18);
    tail(point >> 12);
    tail(point >> 6);
    tail(point);
  }
}

char simple_escape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;  // quote, backslash, slash
  }
}

}  // namespace

std::string decode_json_string(std::string_view literal) {
  const std::string_view body = literal.substr(1, literal.size() - 2);
  std::string out;
  out.reserve(body.size());
  std::size_t i = 0;
  while (i < body.size()) {
    const std::size_t escape = body.find('\\', i);
    out.append(body.substr(i, escape - i));
    if (escape == std::string_view::npos) break;
    i = escape + 2;
    if (body[escape + 1] != 'u') {
      out += simple_escape(body[escape + 1]);
      continue;
    }
    std::uint32_t point = code_unit(body.substr(i, 4));
    i += 4;
    if (is_high(point) && body.substr(i, 2) == "\\u" && is_low(code_unit(body.substr(i + 2, 4)))) {
      point = 0x10000 + ((point - 0xD800) << 10) + (code_unit(body.substr(i + 2, 4)) - 0xDC00);
      i += 6;
    }
    append_utf8(out, is_high(point) || is_low(point) ? kReplacement : point);
  }
  return out;
}

bool json_string_equals(std::string_view literal, std::string_view text) {
  const std::string_view body = literal.substr(1, literal.size() - 2);
  if (body.find('\\') == std::string_view::npos) return body == text;
  return decode_json_string(literal) == text;
}

}  // namespace skat::socketio
