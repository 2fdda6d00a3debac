#include "net/http_server.hpp"

#include <utility>

#include "net/http_loop.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"

namespace skat::net {

HttpServer::HttpServer() = default;
HttpServer::~HttpServer() {
  listeners_.clear();
  service_->loops.clear();
}

result<std::unique_ptr<HttpServer>> HttpServer::open(const ListenConfig& listen, const HttpConfig& config,
                                                     Router router, const std::vector<Loop*>& loops) {
  std::shared_ptr<const TlsContext> tls;
  if (listen.tls) {
    auto loaded = TlsContext::load(*listen.tls);
    if (!loaded) return loaded.error();
    tls = std::move(*loaded);
  }
  auto opened = open_listening_sockets(listen, loops.size());
  if (!opened) return opened.error();
  std::unique_ptr<HttpServer> server(new HttpServer);
  server->port_ = opened->port;
  server->tls_ = listen.tls;
  server->service_ = std::make_unique<HttpService>(HttpService{config, std::move(router), {}});
  for (std::size_t i = 0; i < loops.size(); ++i) {
    HttpService& service = *server->service_;
    service.loops.push_back(std::make_unique<HttpLoop>(*loops[i], service));
    service.loops.back()->set_tls(tls);
    server->listeners_.push_back(std::make_unique<Listener>(*service.loops.back(), std::move(opened->sockets[i])));
  }
  return server;
}

void HttpServer::start() {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    service_->loops[i]->loop().post([listener = listeners_[i].get()] { listener->start(); });
  }
}

result<void> HttpServer::renew_tls() {
  if (!tls_) return {};
  auto loaded = TlsContext::load(*tls_);
  if (!loaded) return loaded.error();
  for (auto& part : service_->loops) {
    part->loop().post([loop_part = part.get(), tls = *loaded] { loop_part->set_tls(tls); });
  }
  return {};
}

void HttpServer::stop_accepting() {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    service_->loops[i]->loop().post([listener = listeners_[i].get()] { listener->stop(); });
  }
}

void HttpServer::drain() {
  stop_accepting();
  for (auto& part : service_->loops) part->loop().post([loop_part = part.get()] { loop_part->drain(); });
}

}  // namespace skat::net
