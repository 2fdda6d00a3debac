#include "net/http.hpp"

#include <algorithm>
#include <map>

#include "net/http_text.hpp"

namespace skat::net {

std::string_view HttpRequest::header(std::string_view name) const noexcept {
  for (const auto& field : headers) {
    if (equal_ignoring_case(field.name, name)) return field.value;
  }
  return {};
}

std::string HttpRequest::joined_headers(std::string_view name) const {
  std::string joined;
  for (const auto& field : headers) {
    if (!equal_ignoring_case(field.name, name)) continue;
    if (!joined.empty()) joined.append(", ");
    joined.append(field.value);
  }
  return joined;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  std::map<std::string, std::size_t> places;  // a search through the pairs would be quadratic
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    const auto part = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    const auto raw_name = part.substr(0, equals);
    const auto raw_value = part.substr(std::min(equals + 1, part.size()));
    // What is no percent-encoding stands for itself, as in browsers.
    auto name = percent_decode(raw_name, true).value_or(std::string(raw_name));
    auto value = percent_decode(raw_value, true).value_or(std::string(raw_value));
    const auto [known, is_new] = places.emplace(name, pairs.size());
    if (is_new) {
      pairs.emplace_back(std::move(name), std::move(value));
    } else {
      pairs[known->second].second = std::move(value);
    }
  }
  return pairs;
}

HttpResponse HttpResponse::text(int status, std::string body, std::string content_type) {
  HttpResponse response;
  response.status = status;
  response.headers.push_back({"Content-Type", std::move(content_type)});
  response.body = base::share(std::move(body));
  return response;
}

}  // namespace skat::net
