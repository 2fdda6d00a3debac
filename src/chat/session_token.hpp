// SessionToken: what a client keeps to come back as the same user and device. Sans-I/O.
//
//   base64url of   u8 version=1 | 16 user | u64 device | i64 expiry, ms | 32 random | name | 32 HMAC-SHA256 of all
//   before
//
// The name is in it so that a session goes on while the store is away. Numbers are big-endian.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "model/ids.hpp"

namespace skat::chat {

struct SessionToken {
  model::UserId user;
  model::DeviceId device;
  base::WallTime expires;
  std::string name;

  // With fresh random bits, under the server's secret.
  [[nodiscard]] std::string seal(std::string_view secret) const;
  // nullopt unless the MAC is right; it is checked before anything else is looked at, in constant time.
  [[nodiscard]] static std::optional<SessionToken> open(std::string_view text, std::string_view secret);
};

// SHA-256 of the token as it goes over the wire: all that is stored of it.
[[nodiscard]] std::string token_hash(std::string_view text);

}  // namespace skat::chat
