// Any bytes as a query: the pairs are those of a second, slower reading; names are unique; pairs that are written as a
// query read the same; percent-decoding refuses exactly what is not an encoding, and undoes every encoding.
#include <charconv>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "net/http.hpp"
#include "net/http_text.hpp"

namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::optional<std::string> decode_slowly(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t taken = 1;
    if (text.front() == '%') {
      unsigned byte = 0;
      const char* const digits = text.data() + 1;
      if (text.size() < 3 || std::from_chars(digits, digits + 2, byte, 16).ptr != digits + 2) return std::nullopt;
      out += static_cast<char>(byte);
      taken = 3;
    } else {
      out += plus_is_space && text.front() == '+' ? ' ' : text.front();
    }
    text.remove_prefix(taken);
  }
  return out;
}

// In the order of first appearance; the last value of a name.
Pairs parse_slowly(std::string_view query) {
  std::map<std::string, std::size_t> place;
  Pairs pairs;
  for (std::size_t at = 0, end = 0; end != std::string_view::npos; at = end + 1) {
    end = query.find('&', at);
    const auto part = query.substr(at, end - at);
    if (part.empty()) continue;
    const auto raw_name = part.substr(0, part.find('='));
    const auto raw_value = raw_name.size() == part.size() ? "" : part.substr(raw_name.size() + 1);
    const std::string name = decode_slowly(raw_name, true).value_or(std::string(raw_name));
    const auto [known, is_new] = place.emplace(name, pairs.size());
    if (is_new) pairs.emplace_back(name, "");
    pairs[known->second].second = decode_slowly(raw_value, true).value_or(std::string(raw_value));
  }
  return pairs;
}

// As encodeURIComponent would, and more: every second byte that could stand for itself is encoded too.
std::string encode(std::string_view text) {
  std::string out;
  out.reserve(text.size() * 3);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool plain =
        skat::net::is_token(text.substr(i, 1)) && std::string_view("%+&=").find(text[i]) == std::string_view::npos;
    if (plain && i % 2 == 0) {
      out += text[i];
    } else {
      static constexpr std::string_view kHex = "0123456789abcDEF";
      const auto byte = static_cast<unsigned char>(text[i]);
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

void check_decoding(std::string_view text) {
  for (const bool plus_is_space : {false, true}) {
    const auto decoded = skat::net::percent_decode(text, plus_is_space);
    SKAT_CHECK(decoded == decode_slowly(text, plus_is_space), "another decoding");
    SKAT_CHECK(!decoded || decoded->size() <= text.size(), "decoding made a text longer");
  }
  SKAT_CHECK(skat::net::percent_decode(encode(text), true) == text, "an encoded text came back changed");
}

}  // namespace

SKAT_FUZZ_TARGET(http_query) {
  const auto pairs = skat::net::parse_query(input);
  SKAT_CHECK(pairs == parse_slowly(input), "another reading");
  std::string written;
  for (const auto& [name, value] : pairs) {
    if (!written.empty()) written += '&';
    written += encode(name) + '=' + encode(value);
  }
  SKAT_CHECK(skat::net::parse_query(written) == pairs, "pairs came back changed");
  check_decoding(input);
}
