#include "bus/redis/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl/context.hpp>

namespace skat::bus::redis {

namespace asio = boost::asio;

MadeTlsContext make_tls_context(const Tls& tls) {
  auto context = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  boost::system::error_code error;
  const auto refused = [&](const char* what, const std::string& file) {
    return MadeTlsContext{
        nullptr, fmt::format("{}{}{} cannot be used: {}", what, file.empty() ? "" : " ", file, error.message())};
  };

  if (!tls.ca_pem.empty()) {
    context->add_certificate_authority(asio::buffer(tls.ca_pem), error);
    if (error) return refused("the CA certificate", "");
  } else if (!tls.ca_file.empty()) {
    context->load_verify_file(tls.ca_file, error);
    if (error) return refused("the CA file", tls.ca_file);
  } else {
    context->set_default_verify_paths(error);
    if (error) return refused("the system's CA certificates", "");
  }

  if (!tls.certificate_pem.empty()) {
    context->use_certificate_chain(asio::buffer(tls.certificate_pem), error);
    if (error) return refused("the client certificate", "");
  } else if (!tls.certificate_file.empty()) {
    context->use_certificate_chain_file(tls.certificate_file, error);
    if (error) return refused("the client certificate", tls.certificate_file);
  }
  if (!tls.key_pem.empty()) {
    context->use_private_key(asio::buffer(tls.key_pem), asio::ssl::context::pem, error);
    if (error) return refused("the key of the client certificate", "");
  } else if (!tls.key_file.empty()) {
    context->use_private_key_file(tls.key_file, asio::ssl::context::pem, error);
    if (error) return refused("the key of the client certificate", tls.key_file);
  }
  return {std::move(context), {}};
}

std::string tls_problem(const Tls& tls) {
  return make_tls_context(tls).problem;
}

}  // namespace skat::bus::redis
