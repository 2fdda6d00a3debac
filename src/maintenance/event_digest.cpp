#include "maintenance/event_digest.hpp"

#include <openssl/evp.h>

#include <bit>
#include <cstring>

#include "base/check.hpp"
#include "base/encoding.hpp"

namespace skat::maintenance {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are hashed as the machine has them");

constexpr std::size_t kSha256Bytes = 32;

template <class T>
void put(std::string& out, const T& value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

}  // namespace

struct Hasher::Context {
  EVP_MD_CTX* sha = EVP_MD_CTX_new();
  EVP_MD* kind = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  ~Context() {
    EVP_MD_CTX_free(sha);
    EVP_MD_free(kind);
  }
};

Hasher::Hasher() : context_(std::make_unique<Context>()) {
  SKAT_CHECK(context_->sha != nullptr && context_->kind != nullptr, "OpenSSL has no SHA-256");
}
Hasher::~Hasher() = default;

std::string to_hex(const Digest& digest) {
  return base::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

Digest Hasher::of(std::string_view bytes) {
  unsigned char whole[kSha256Bytes];
  const bool done = EVP_DigestInit_ex2(context_->sha, context_->kind, nullptr) == 1 &&
                    EVP_DigestUpdate(context_->sha, bytes.data(), bytes.size()) == 1 &&
                    EVP_DigestFinal_ex(context_->sha, whole, nullptr) == 1;
  SKAT_CHECK(done, "SHA-256 failed");
  Digest half;
  std::memcpy(half.data(), whole, half.size());
  return half;
}

Digest Hasher::of(const model::Event& event) {
  bytes_.clear();
  put(bytes_, event.room.bytes());
  put(bytes_, event.epoch.value());
  put(bytes_, event.seq.value());
  put(bytes_, event.mseq.value_or(model::MSeq{}).value());
  put(bytes_, static_cast<std::uint8_t>(event.kind));
  put(bytes_, event.sender.bytes());
  put(bytes_, event.device.value());
  put(bytes_, event.n.value());
  put(bytes_, base::to_millis(event.ts));
  bytes_ += event.body;
  return of(std::string_view(bytes_));
}

Digest Hasher::roll(const Digest& before, const Digest& event) {
  bytes_.clear();
  put(bytes_, before);
  put(bytes_, event);
  return of(std::string_view(bytes_));
}

Digest Hasher::roll(const Digest& before, const model::RoomId& room, model::Seq head, const Digest& hash) {
  bytes_.clear();
  put(bytes_, before);
  put(bytes_, room.bytes());
  put(bytes_, head.value());
  put(bytes_, hash);
  return of(std::string_view(bytes_));
}

}  // namespace skat::maintenance
