// Any bytes as Sec-WebSocket-Extensions: the agreement is that of a second reading by symbols; the answer is itself an
// offer that gets the same answer; empty elements, foreign extensions before it and offers behind it change nothing.
#include "net/websocket_extensions.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "net/http_text.hpp"

namespace {

using skat::net::agree_on_deflate;
using skat::net::DeflateAgreement;

// A token, a quoted string's content, or one of , ; =
struct Symbol {
  enum class Kind : std::uint8_t { token, quoted, mark } kind;
  std::string text;
  bool is(char c) const { return kind == Kind::mark && text.front() == c; }
};

std::optional<std::vector<Symbol>> symbols_of(std::string_view text) {
  std::vector<Symbol> symbols;
  for (std::size_t i = 0; i < text.size();) {
    const char c = text[i++];
    if (c == ' ' || c == '\t') continue;
    if (c == ',' || c == ';' || c == '=') {
      symbols.push_back({Symbol::Kind::mark, std::string(1, c)});
    } else if (c == '"') {
      std::string content;
      while (i < text.size() && text[i] != '"') {
        if (text[i] == '\\') ++i;
        if (i < text.size()) content += text[i++];
      }
      if (i++ >= text.size()) return std::nullopt;
      symbols.push_back({Symbol::Kind::quoted, content});
    } else {
      if (!skat::net::is_token({&c, 1})) return std::nullopt;
      const bool goes_on = i >= 2 && skat::net::is_token(text.substr(i - 2, 1)) && !symbols.empty() &&
                           symbols.back().kind == Symbol::Kind::token;
      if (!goes_on) symbols.push_back({Symbol::Kind::token, ""});
      symbols.back().text += c;
    }
  }
  return symbols;
}

struct Outcome {
  bool well_formed = false;
  std::optional<int> window_bits;  // of the first offer that can be kept
};

bool is_window(std::string_view value, int least) {
  const std::set<std::string_view> sizes{"8", "9", "10", "11", "12", "13", "14", "15"};
  return sizes.contains(value) && !(least == 9 && value == "8");
}

Outcome read_slowly(std::string_view text) {
  const auto symbols = symbols_of(text);
  if (!symbols) return {};
  Outcome outcome{.well_formed = true, .window_bits = {}};
  auto at = symbols->begin();
  const auto end = symbols->end();
  const auto take = [&](char c) { return at != end && at->is(c) ? (++at, true) : false; };
  while (at != end) {
    if (take(',')) continue;
    if (at->kind != Symbol::Kind::token) return {};
    bool keep = at++->text == "permessage-deflate";
    int bits = 15;
    std::set<std::string> names;
    while (take(';')) {
      if (at == end || at->kind != Symbol::Kind::token) return {};
      const std::string name = at++->text;
      std::optional<std::string> value;
      if (take('=')) {
        if (at == end || at->kind == Symbol::Kind::mark || !skat::net::is_token(at->text)) return {};
        value = at++->text;
      }
      const bool bare = name == "server_no_context_takeover" || name == "client_no_context_takeover";
      const bool server = name == "server_max_window_bits", client = name == "client_max_window_bits";
      keep = keep && names.insert(name).second && (bare || server || client) && !(bare && value) &&
             !(server && !(value && is_window(*value, 9))) && !(client && value && !is_window(*value, 8));
      if (keep && server) bits = std::stoi(*value);
    }
    if (at != end && !at->is(',')) return {};
    if (keep && !outcome.window_bits) outcome.window_bits = bits;
  }
  return outcome;
}

bool same(const std::optional<DeflateAgreement>& a, const std::optional<DeflateAgreement>& b) {
  return a.has_value() == b.has_value() && (!a || (a->window_bits == b->window_bits && a->answer == b->answer));
}

}  // namespace

SKAT_FUZZ_TARGET(websocket_extensions) {
  const std::string offers(input);
  const auto agreement = agree_on_deflate(offers);
  const Outcome expected = read_slowly(offers);
  SKAT_CHECK(agreement.has_value() == (expected.well_formed && expected.window_bits), "another agreement");
  SKAT_CHECK(!agreement || agreement->window_bits == *expected.window_bits, "another window");
  SKAT_CHECK(same(agree_on_deflate(" , x-foreign; a=\"b\" ,, " + offers + " ,"), agreement),
             "neighbours made a difference");
  const auto behind = agree_on_deflate(offers + ", permessage-deflate");
  SKAT_CHECK(agreement ? same(behind, agreement) : behind.has_value() == expected.well_formed,
             "a later offer came first");
  if (!agreement) return;
  SKAT_CHECK(skat::net::is_field_value(agreement->answer), "an answer that is no header");
  SKAT_CHECK(same(agree_on_deflate(agreement->answer), agreement), "the answer is not what was agreed");
}
