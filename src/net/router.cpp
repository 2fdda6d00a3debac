#include "net/router.hpp"

#include <algorithm>
#include <utility>

namespace skat::net {
namespace {

bool accepts(const Router::Route& route, std::string_view method) {
  return route.method == "*" || route.method == method || (route.method == "GET" && method == "HEAD");
}

void note_allowed(Router::Match& match, const std::string& method) {
  match.status = 405;
  if (!match.allow.empty()) match.allow += ", ";
  match.allow += method == "GET" ? "GET, HEAD" : method;
}

struct ByPath {
  bool operator()(const std::unique_ptr<Router::Route>& route, std::string_view path) const {
    return route->path < path;
  }
  bool operator()(std::string_view path, const std::unique_ptr<Router::Route>& route) const {
    return path < route->path;
  }
};

}  // namespace

void Router::add(std::string method, std::string path, HttpHandler handler, RouteOptions options) {
  auto route = std::make_unique<Route>(Route{std::move(method), std::move(path), std::move(handler), options});
  const auto place = std::upper_bound(exact_.begin(), exact_.end(), std::string_view(route->path), ByPath{});
  exact_.insert(place, std::move(route));
}

void Router::add_prefix(std::string method, std::string prefix, HttpHandler handler, RouteOptions options) {
  auto route = std::make_unique<Route>(Route{std::move(method), std::move(prefix), std::move(handler), options});
  const auto place = std::find_if(prefixes_.begin(), prefixes_.end(),
                                  [&](const auto& other) { return other->path.size() < route->path.size(); });
  prefixes_.insert(place, std::move(route));
}

void Router::set_fallback(HttpHandler handler, RouteOptions options) {
  fallback_ = std::make_unique<Route>(Route{"*", "", std::move(handler), options});
}

Router::Match Router::match(std::string_view method, std::string_view path) const {
  Match match;
  const auto [first, last] = std::equal_range(exact_.begin(), exact_.end(), path, ByPath{});
  for (auto it = first; it != last; ++it) {
    if (accepts(**it, method)) {
      match.route = it->get();
      return match;
    }
    note_allowed(match, (*it)->method);
  }
  if (first != last) return match;  // an exact path hides the prefixes

  std::size_t matched_bytes = 0;
  for (const auto& route : prefixes_) {
    if (!path.starts_with(route->path)) continue;
    if (match.status == 405 && route->path.size() < matched_bytes) break;
    if (accepts(*route, method)) {
      match.route = route.get();
      return match;
    }
    matched_bytes = route->path.size();
    note_allowed(match, route->method);
  }
  if (match.status == 404) match.route = fallback_.get();
  return match;
}

}  // namespace skat::net
