#include "net/websocket_extensions.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "net/http_text.hpp"

namespace skat::net {
namespace {

struct Parameter {
  std::string_view name;
  std::optional<std::string> value;  // unquoted
};
struct Offer {
  std::string_view name;
  std::vector<Parameter> parameters;
};

// extension-list = 1#(token *(";" token ["=" (token | quoted-string)])), RFC 6455, section 9.1.
class OfferParser {
 public:
  explicit OfferParser(std::string_view text) : rest_(text) {}

  // Nothing when the text is not well-formed.
  std::optional<std::vector<Offer>> parse() {
    std::vector<Offer> offers;
    for (;;) {
      while (take(',')) {  // a list may have empty elements
      }
      if (rest_.empty()) return offers;
      auto offer = parse_offer();
      if (!offer) return std::nullopt;
      offers.push_back(std::move(*offer));
      if (!rest_.empty() && rest_.front() != ',') return std::nullopt;
    }
  }

 private:
  std::optional<Offer> parse_offer() {
    Offer offer{take_token(), {}};
    if (offer.name.empty()) return std::nullopt;
    while (take(';')) {
      Parameter parameter{take_token(), std::nullopt};
      if (parameter.name.empty()) return std::nullopt;
      if (take('=')) {
        parameter.value = take_value();
        if (!is_token(*parameter.value)) return std::nullopt;
      }
      offer.parameters.push_back(std::move(parameter));
    }
    return offer;
  }

  void skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t"), rest_.size())); }
  bool take(char c) {
    skip_space();
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    skip_space();
    return true;
  }
  std::string_view take_token() {
    const auto token = rest_.substr(0, rest_.find_first_of(" \t,;=\""));
    rest_.remove_prefix(token.size());
    skip_space();
    return is_token(token) ? token : std::string_view();
  }
  // Empty when it is none; a quoted value has to be a token too.
  std::string take_value() {
    if (rest_.empty() || rest_.front() != '"') return std::string(take_token());
    std::string value;
    for (std::size_t i = 1; i < rest_.size(); ++i) {
      if (rest_[i] == '"') {
        rest_.remove_prefix(i + 1);
        skip_space();
        return value;
      }
      if (rest_[i] == '\\' && ++i == rest_.size()) break;
      value.push_back(rest_[i]);
    }
    return {};
  }

  std::string_view rest_;
};

// 8 to 15 in decimal without leading zeros (RFC 7692, section 7.1.2); 0 when it is not.
std::uint8_t window_bits(const std::optional<std::string>& value) {
  if (!value) return 0;
  for (std::uint8_t bits = 8; bits <= 15; ++bits) {
    if (*value == std::to_string(bits)) return bits;
  }
  return 0;
}

std::optional<DeflateAgreement> keep(const Offer& offer) {
  if (offer.name != "permessage-deflate") return std::nullopt;
  DeflateAgreement agreement{.answer = "permessage-deflate; server_no_context_takeover; client_no_context_takeover"};
  for (auto at = offer.parameters.begin(); at != offer.parameters.end(); ++at) {
    const auto same_name = [&](const Parameter& other) { return other.name == at->name; };
    if (std::any_of(offer.parameters.begin(), at, same_name)) return std::nullopt;
    if (at->name == "server_no_context_takeover" || at->name == "client_no_context_takeover") {
      if (at->value) return std::nullopt;
    } else if (at->name == "server_max_window_bits") {
      agreement.window_bits = window_bits(at->value);
      if (agreement.window_bits < 9) return std::nullopt;
      agreement.answer += "; server_max_window_bits=" + *at->value;
    } else if (at->name != "client_max_window_bits" || (at->value && window_bits(at->value) == 0)) {
      return std::nullopt;
    }
  }
  return agreement;
}

}  // namespace

std::optional<DeflateAgreement> agree_on_deflate(std::string_view offers) {
  const auto parsed = OfferParser(offers).parse();
  if (!parsed) return std::nullopt;
  for (const Offer& offer : *parsed) {
    if (auto agreement = keep(offer)) return agreement;
  }
  return std::nullopt;
}

}  // namespace skat::net
