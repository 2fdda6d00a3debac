#include "gateway/http_routes.hpp"

#include <utility>

#include "gateway/metrics.hpp"

namespace skat::gateway {
namespace {

// Limit: none of these paths takes a body.
constexpr net::RouteOptions kNoBody{.max_body_bytes = 0};

net::HttpResponse uncached(int status, std::string body, std::string content_type) {
  auto response = net::HttpResponse::text(status, std::move(body), std::move(content_type));
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

constexpr const char* kText = "text/plain; charset=UTF-8";
constexpr const char* kMetrics = "text/plain; version=0.0.4; charset=UTF-8";

}  // namespace

net::HttpResponse answer_readiness(const Gateway& gateway) {
  const auto why_not = gateway.readiness().why_not();
  return why_not.empty() ? uncached(200, "ready\n", kText) : uncached(503, "not ready: " + why_not + "\n", kText);
}

void add_http_routes(net::Router& router, Gateway& gateway, std::string version, const std::vector<EmbeddedFile>& web) {
  for (const char* path : {"/healthz", "/livez"}) {
    router.add(
        "GET", path,
        [](const net::HttpRequest&, net::Responder responder) { responder.respond(uncached(200, "ok\n", kText)); },
        kNoBody);
  }
  router.add(
      "GET", "/readyz",
      [&gateway](const net::HttpRequest&, net::Responder responder) { responder.respond(answer_readiness(gateway)); },
      kNoBody);
  router.add(
      "GET", "/metrics",
      [&gateway, version = std::move(version)](const net::HttpRequest&, net::Responder responder) {
        responder.respond(uncached(200, render_metrics(gateway, version), kMetrics));
      },
      kNoBody);
  router.set_fallback(
      // shared_ptr: handlers are moved about, and the files are a large value.
      [files = std::make_shared<const StaticFiles>(web)](const net::HttpRequest& request, net::Responder responder) {
        responder.respond(files->answer(request));
      },
      kNoBody);
}

}  // namespace skat::gateway
