#include "net/tls.hpp"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string_view>
#include <utility>

#include "net/errc.hpp"

namespace skat::net {
namespace {

constexpr std::string_view kAlpn("\x08http/1.1", 9);  // length, name

// A client that offers only other protocols goes on without one: it may speak HTTP/1.1 all the same.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  const auto* const ours = reinterpret_cast<const unsigned char*>(kAlpn.data());
  unsigned char* found = nullptr;
  if (SSL_select_next_proto(&found, chosen_size, ours, static_cast<unsigned int>(kAlpn.size()), offered,
                            offered_size) != OPENSSL_NPN_NEGOTIATED) {
    return SSL_TLSEXT_ERR_NOACK;
  }
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

// A key with a passphrase is refused; OpenSSL would ask for it on the terminal.
int no_passphrase(char*, int, int, void*) {
  return 0;
}

}  // namespace

result<std::shared_ptr<const TlsContext>> TlsContext::load(const TlsConfig& config) {
  SSL_CTX* const context = SSL_CTX_new(TLS_server_method());
  if (context == nullptr) return errc::bad_certificate;
  const std::shared_ptr<const TlsContext> loaded(new TlsContext(context));
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_PRIORITIZE_CHACHA);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);  // tickets: the client keeps the session
  SSL_CTX_set_num_tickets(context, 1);
  SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context, no_passphrase);

  error_code error;
  if (SSL_CTX_use_certificate_chain_file(context, config.certificate_file.c_str()) != 1) {
    error = errc::bad_certificate;
  } else if (SSL_CTX_use_PrivateKey_file(context, config.key_file.c_str(), SSL_FILETYPE_PEM) != 1) {
    const bool mismatch = ERR_GET_REASON(ERR_peek_last_error()) == X509_R_KEY_VALUES_MISMATCH;
    error = mismatch ? errc::key_mismatch : errc::bad_key;
  } else if (SSL_CTX_check_private_key(context) != 1) {
    error = errc::key_mismatch;
  }
  ERR_clear_error();
  if (error) return error;
  return loaded;
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

Stream TlsContext::accept(Fd socket) const {
  SSL* const session = SSL_new(context_);
  if (session == nullptr) return {};
  if (SSL_set_fd(session, socket.get()) != 1) {
    SSL_free(session);
    return {};
  }
  SSL_set_accept_state(session);
  return Stream(std::move(socket), session);
}

}  // namespace skat::net
