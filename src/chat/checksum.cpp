#include "chat/checksum.hpp"

#include <openssl/evp.h>

#include "base/check.hpp"

namespace skat::chat {

std::string sha256(std::string_view bytes) {
  std::string digest(32, '\0');
  unsigned size = 0;
  const int done = EVP_Digest(bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), &size,
                              EVP_sha256(), nullptr);
  SKAT_CHECK(done == 1 && size == digest.size(), "OpenSSL has no SHA-256");
  return digest;
}

}  // namespace skat::chat
