#include "chat/identity.hpp"

#include <span>
#include <utility>

#include "base/encoding.hpp"
#include "base/random.hpp"
#include "chat/errc.hpp"
#include "chat/text_rules.hpp"
#include "store/errc.hpp"

namespace skat::chat {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{100}, kLongestRetry{5'000};
constexpr std::size_t kSecretBytes = 32;

std::string random_secret() {
  std::string bytes(kSecretBytes, '\0');
  base::fill_random(std::as_writable_bytes(std::span(bytes)));
  return base::to_hex(bytes);
}

}  // namespace

IdentityDesk::IdentityDesk(const Config& config, base::Executor& core, store::Directory& directory, Settings& settings)
    : config_(config), core_(core), directory_(directory), settings_(settings), backoff_(kFirstRetry, kLongestRetry) {}

void IdentityDesk::load(Done<void> done) {
  auto on_secret = [this, done = std::move(done)](result<std::string> secret) mutable {
    if (secret) {
      secret_ = std::move(*secret);
      done({});
    } else if (secret.error() == condition::retryable) {
      std::ignore = core_.after(backoff_.next(),
                                lifetime_.guard([this, done = std::move(done)]() mutable { load(std::move(done)); }));
    } else {
      done(secret.error());
    }
  };
  settings_.get_or_put("server_secret", random_secret(), lifetime_.guard(std::move(on_secret)));
}

void IdentityDesk::identify(Credentials credentials, Done<Known> done) {
  if (credentials.token) {
    come_back(std::move(*credentials.token), credentials.new_device, std::move(done));
  } else if (credentials.name) {
    new_guest(std::move(*credentials.name), std::move(done));
  } else {
    done(errc::bad_token);
  }
}

void IdentityDesk::new_guest(std::string name, Done<Known> done) {
  if (const auto sound = check_name(name); !sound) {
    done(sound.error());
    return;
  }
  issue({model::UserId::random(), std::move(name), model::issue_device_id()}, true, std::move(done));
}

void IdentityDesk::come_back(std::string text, bool new_device, Done<Known> done) {
  auto token = SessionToken::open(text, secret_);
  if (!token || token->expires <= base::wall_now()) {
    done(errc::bad_token);
    return;
  }
  std::string hash = token_hash(text);
  auto on_session = [this, text = std::move(text), new_device, token = std::move(*token),
                     done = std::move(done)](const result<store::User>& user) mutable {
    if (!user && user.error() == store::errc::not_found) {
      done(errc::bad_token);
      return;
    }
    Identity identity{token.user, user ? user->name : token.name, token.device};
    if (!new_device) {
      done(Known{std::move(identity), std::move(text), false});
    } else if (user) {
      identity.device = model::issue_device_id();
      issue(std::move(identity), false, std::move(done));
    } else {
      done(errc::unavailable);
    }
  };
  directory_.find_session(std::move(hash), base::wall_now(), lifetime_.guard(std::move(on_session)));
}

void IdentityDesk::issue(Identity identity, bool new_user, Done<Known> done) {
  const auto now = base::wall_now();
  const auto expires = now + config_.session_lifetime;
  std::string text = SessionToken{identity.user, identity.device, expires, identity.name}.seal(secret_);
  store::User user{identity.user, identity.name, now};
  store::SessionRow session{token_hash(text), identity.user, identity.device, expires};
  auto on_created = [identity = std::move(identity), text = std::move(text), new_user,
                     done = std::move(done)](const result<void>& created) mutable {
    if (created) {
      done(Known{std::move(identity), std::move(text), new_user});
    } else {
      done(created.error() == store::errc::busy ? errc::busy : errc::unavailable);
    }
  };
  directory_.create_session(std::move(user), std::move(session), lifetime_.guard(std::move(on_created)));
}

}  // namespace skat::chat
