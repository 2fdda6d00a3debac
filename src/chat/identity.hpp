// IdentityDesk: who comes in: guests by a name, whoever was here by a token.
// Lives on: the core executor.
// Ends by: destruction.
// Rule: a token is believed after its MAC, its expiry and the store, in this order; while the store is away the first
// two are enough.
#pragma once

#include "base/executor.hpp"
#include "chat/backoff.hpp"
#include "chat/config.hpp"
#include "chat/lifetime.hpp"
#include "chat/session_token.hpp"
#include "chat/settings.hpp"
#include "chat/types.hpp"
#include "store/store.hpp"

namespace skat::chat {

class IdentityDesk {
 public:
  struct Known {
    Identity identity;
    std::string token;
    bool new_user = false;
  };

  IdentityDesk(const Config& config, base::Executor& core, store::Directory& directory, Settings& settings);
  IdentityDesk(const IdentityDesk&) = delete;
  IdentityDesk& operator=(const IdentityDesk&) = delete;

  // Gets the server's secret, or makes it; again for as long as the store is away and no copy has it.
  void load(Done<void> done);
  void identify(Credentials credentials, Done<Known> done);

 private:
  void new_guest(std::string name, Done<Known> done);
  void come_back(std::string token, bool new_device, Done<Known> done);
  void issue(Identity identity, bool new_user, Done<Known> done);

  // set at construction
  const Config& config_;
  base::Executor& core_;
  store::Directory& directory_;
  Settings& settings_;

  std::string secret_;
  Backoff backoff_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
