#include "bus/redis/redis_session.hpp"

#include <utility>

#include "base/logger.hpp"

namespace skat::bus::redis {
namespace {

constexpr std::chrono::milliseconds kOwnerPoll{2};  // while the owner is behind: whether he still is
constexpr std::size_t kMessageCost = 128;           // of a message besides its payload, about

}  // namespace

RedisSession::RedisSession(base::IoThread& thread, const Config& config, SharedCounters& counters,
                           base::Mailbox<Inbound>& inbound)
    : thread_(thread),
      config_(config),
      counters_(counters),
      inbound_(inbound),
      where_(describe(config)),
      subscriptions_(config.prefix, config.channels_per_command),
      backoff_(config.first_backoff, config.longest_backoff) {}

void RedisSession::take(Outbound outbound) {
  for (auto& change : outbound.changes) subscriptions_.apply(std::move(change));
  if (!std::exchange(started_, true)) connect();
  const bool up = link_ && link_->up();
  for (const auto& message : outbound.messages) {
    if (up) {
      link_->publish(message.channel, *message.payload, message.queued_bytes);
    } else {
      counters_.queued_bytes -= message.queued_bytes;
    }
  }
  if (up) link_->flush();
  if (link_ && !outbound.changes.empty()) link_->subscribe_changes();
}

void RedisSession::connect() {
  if (owner_is_behind()) {
    (void)thread_.after(config_.first_backoff, [this] { connect(); });
    return;
  }
  RedisLink::Listener& here = *this;
  link_ = std::make_unique<RedisLink>(thread_, config_, subscriptions_, counters_.queued_bytes, here);
}

void RedisSession::on_link_up() {
  up_since_ = thread_.now();
  if (!std::exchange(told_up_, true)) {
    base::log(base::LogLevel::info, "bus", "{}: the bus is up, {} channels", where_, subscriptions_.size());
  }
  push({.state = Inbound::State::up, .confirmed = subscriptions_.take_confirmed(), .messages = {}});
}

void RedisSession::on_link_message(const base::SharedBytes& channel, std::string_view payload) {
  arrived_.messages.push_back({channel, base::share(std::string(payload))});
  arrived_.undelivered_bytes += payload.size() + kMessageCost;
}

void RedisSession::on_link_read_end() {
  arrived_.confirmed = subscriptions_.take_confirmed();
  if (arrived_.confirmed.empty() && arrived_.messages.empty()) return;
  push(std::exchange(arrived_, {}));
  if (!owner_is_behind()) return;
  link_->pause_reading();
  if (!std::exchange(waiting_for_owner_, true)) wait_for_owner();
}

void RedisSession::on_link_failed(const std::string& problem) {
  tell(problem);
  link_.reset();
  if (!arrived_.messages.empty()) push(std::exchange(arrived_, {}));  // heard before the end
  if (up_since_) {
    if (thread_.now() - *up_since_ >= config_.stable_after) {
      backoff_.reset();
      told_.clear();
    }
    up_since_.reset();
    push({.state = Inbound::State::down, .confirmed = {}, .messages = {}});
  }
  (void)thread_.after(backoff_.next(), [this] { connect(); });
}

bool RedisSession::owner_is_behind() const {
  return counters_.undelivered_bytes > config_.max_undelivered_bytes || inbound_.stats().depth >= kPauseInbound;
}

void RedisSession::wait_for_owner() {
  (void)thread_.after(kOwnerPoll, [this] {
    if (owner_is_behind()) return wait_for_owner();
    waiting_for_owner_ = false;
    if (link_) link_->resume_reading();
  });
}

void RedisSession::push(Inbound inbound) {
  counters_.undelivered_bytes += inbound.undelivered_bytes;
  (void)inbound_.push(std::move(inbound));  // refused only when the bus ends
}

void RedisSession::tell(const std::string& problem) {
  if (told_.size() >= kMaxTold || !told_.insert(problem).second) return;
  told_up_ = false;
  base::log(base::LogLevel::warn, "bus", "{}: {}; trying again", where_, problem);
}

}  // namespace skat::bus::redis
