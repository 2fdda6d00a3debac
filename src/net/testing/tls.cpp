#include "net/testing/tls.hpp"

#include <arpa/inet.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/check.hpp"

namespace skat::net::testing {
namespace {

constexpr timeval kPatience{5, 0};

struct FileCloser {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};
using File = std::unique_ptr<std::FILE, FileCloser>;

void write_certificate(const TlsConfig& config) {
  static long serial = 0;
  EVP_PKEY* const key = EVP_EC_gen("P-256");
  X509* const certificate = X509_new();
  SKAT_CHECK(key != nullptr && certificate != nullptr, "no memory for a certificate");
  X509_set_version(certificate, X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), ++serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
  X509_NAME* const name = X509_get_subject_name(certificate);
  const auto* const host = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, host, -1, -1, 0);
  X509_set_issuer_name(certificate, name);
  X509_set_pubkey(certificate, key);
  SKAT_CHECK(X509_sign(certificate, key, EVP_sha256()) != 0, "the certificate cannot be signed");
  const File certificate_file(std::fopen(config.certificate_file.c_str(), "w"));
  const File key_file(std::fopen(config.key_file.c_str(), "w"));
  SKAT_CHECK(certificate_file && key_file, "no file for a certificate");
  PEM_write_X509(certificate_file.get(), certificate);
  PEM_write_PrivateKey(key_file.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  X509_free(certificate);
  EVP_PKEY_free(key);
}

Fd connect_to(std::uint16_t port) {
  Fd socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  SKAT_CHECK(::connect(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0, "cannot connect");
  return socket;
}

}  // namespace

TestCertificate::TestCertificate() {
  std::string pattern = std::filesystem::temp_directory_path() / "skat-tls-XXXXXX";
  SKAT_CHECK(::mkdtemp(pattern.data()) != nullptr, "no temporary folder");
  folder_ = pattern;
  renew();
}

TestCertificate::~TestCertificate() {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

TlsConfig TestCertificate::config() const {
  return {.certificate_file = folder_ / "certificate.pem", .key_file = folder_ / "key.pem"};
}

void TestCertificate::renew() {
  write_certificate(config());
}

TlsClient::TlsClient(std::uint16_t port, int max_version) : socket_(connect_to(port)) {
  context_ = SSL_CTX_new(TLS_client_method());
  // Versions that this machine's policy calls too old are offered all the same: the server is to refuse them.
  SSL_CTX_set_security_level(context_, 0);
  if (max_version != 0) {
    SSL_CTX_set_min_proto_version(context_, 0);
    SSL_CTX_set_max_proto_version(context_, max_version);
  }
  session_ = SSL_new(context_);
  static constexpr std::array<unsigned char, 12> kProtocols{2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  SSL_set_alpn_protos(session_, kProtocols.data(), kProtocols.size());
  SSL_set_fd(session_, socket_.get());
  connected_ = SSL_connect(session_) == 1;
}

TlsClient::~TlsClient() {
  SSL_free(session_);
  SSL_CTX_free(context_);
}

std::string TlsClient::protocol() const {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(session_, &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string TlsClient::certificate_id() const {
  X509* const certificate = SSL_get1_peer_certificate(session_);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  X509_digest(certificate, EVP_sha256(), digest.data(), &size);
  X509_free(certificate);
  return {reinterpret_cast<const char*>(digest.data()), size};
}

bool TlsClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const int sent = SSL_write(session_, bytes.data(), static_cast<int>(bytes.size()));
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

bool TlsClient::renegotiate() {
  return SSL_renegotiate(session_) == 1 && SSL_do_handshake(session_) == 1;
}

bool TlsClient::update_keys() {
  return SSL_key_update(session_, SSL_KEY_UPDATE_REQUESTED) == 1 && SSL_do_handshake(session_) == 1;
}

bool TlsClient::fill() {
  std::array<char, 65'536> buffer;
  const int got = SSL_read(session_, buffer.data(), buffer.size());
  if (got <= 0) {
    farewell_ = SSL_get_error(session_, got) == SSL_ERROR_ZERO_RETURN;
    return false;
  }
  read_.append(buffer.data(), static_cast<std::size_t>(got));
  return true;
}

std::string TlsClient::read_bytes(std::size_t count) {
  while (read_.size() < count && fill()) {
  }
  std::string bytes = read_.substr(0, count);
  read_.erase(0, count);
  return bytes;
}

std::string TlsClient::read_until(std::string_view end) {
  std::size_t at;
  while ((at = read_.find(end)) == std::string::npos) {
    if (!fill()) return std::exchange(read_, {});
  }
  return read_bytes(at + end.size());
}

bool TlsClient::sees_farewell() {
  while (!farewell_ && fill()) {
  }
  return farewell_;
}

}  // namespace skat::net::testing
