#include "chat/session_token.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

#include <algorithm>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"

namespace skat::chat {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kRandomBytes = 32, kMacBytes = 32;
constexpr std::size_t kFixedBytes = 1 + 16 + 8 + 8 + kRandomBytes;
constexpr std::size_t kMaxNameBytes = 256;  // 64 code points
constexpr std::size_t kMaxTextBytes = (kFixedBytes + kMaxNameBytes + kMacBytes) * 4 / 3 + 4;

const unsigned char* as_unsigned(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

std::string mac(std::string_view secret, std::string_view bytes) {
  std::string out(kMacBytes, '\0');
  unsigned int size = 0;
  const auto* made = HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), as_unsigned(bytes),
                          bytes.size(), reinterpret_cast<unsigned char*>(out.data()), &size);
  SKAT_CHECK(made != nullptr && size == kMacBytes, "HMAC-SHA256 is always there");
  return out;
}

void put_u64(std::string& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

std::uint64_t get_u64(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char c : bytes.substr(0, 8)) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

}  // namespace

std::string SessionToken::seal(std::string_view secret) const {
  std::string bytes(1, kVersion);
  for (const std::uint8_t byte : user.bytes()) bytes += static_cast<char>(byte);
  put_u64(bytes, device.value());
  put_u64(bytes, static_cast<std::uint64_t>(base::to_millis(expires)));
  std::string random(kRandomBytes, '\0');
  base::fill_random(std::as_writable_bytes(std::span(random)));
  bytes += random;
  bytes += name;
  bytes += mac(secret, bytes);
  return base::to_base64url(bytes);
}

std::optional<SessionToken> SessionToken::open(std::string_view text, std::string_view secret) {
  if (text.size() > kMaxTextBytes) return std::nullopt;
  const auto decoded = base::from_base64url(text);
  if (!decoded || decoded->size() < kFixedBytes + kMacBytes) return std::nullopt;
  const std::string_view bytes = std::string_view(*decoded).substr(0, decoded->size() - kMacBytes);
  const std::string expected = mac(secret, bytes);
  if (CRYPTO_memcmp(expected.data(), decoded->data() + bytes.size(), kMacBytes) != 0) return std::nullopt;
  if (bytes.front() != kVersion) return std::nullopt;

  SessionToken token;
  std::array<std::uint8_t, 16> user{};
  std::ranges::transform(bytes.substr(1, 16), user.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  token.user = model::UserId{user};
  token.device = model::DeviceId{get_u64(bytes.substr(17))};
  token.expires = base::from_millis(static_cast<std::int64_t>(get_u64(bytes.substr(25))));
  token.name = bytes.substr(kFixedBytes);
  return token;
}

std::string token_hash(std::string_view text) {
  std::string hash(SHA256_DIGEST_LENGTH, '\0');
  SHA256(as_unsigned(text), text.size(), reinterpret_cast<unsigned char*>(hash.data()));
  return hash;
}

}  // namespace skat::chat
