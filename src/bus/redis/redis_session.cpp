#include "bus/redis/redis_session.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/logger.hpp"
#include "base/random.hpp"

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
      backoff_(config.first_backoff, config.longest_backoff),
      may_shard_(config.sharded),
      known_{{config.host, config.port}} {}

void RedisSession::take(Outbound outbound) {
  for (auto& change : outbound.changes) {
    const auto& channel = *change.subscription.channel;
    if (change.kind == Change::Kind::subscribe) {
      wanted_.insert_or_assign(channel, change.subscription);
    } else {
      wanted_.erase(channel);
    }
    if (!links_.empty()) links_[link_of(channel)]->change(std::move(change));
  }
  for (const auto& message : outbound.messages) {
    if (up_since_) {
      links_[link_of(message.channel)]->publish(message.channel, *message.payload, message.queued_bytes);
    } else {
      counters_.queued_bytes -= message.queued_bytes;
    }
  }
  for (const auto& link : links_) link->flush();
  if (!std::exchange(started_, true)) connect();
}

void RedisSession::connect() {
  if (owner_is_behind()) return connect_later();
  if (!clustered_) return open_links();
  auto config = config_;
  const auto& asked = known_[next_known_++ % known_.size()];
  config.host = asked.host;
  config.port = asked.port;
  ClusterScout::Listener& here = *this;
  scout_ = std::make_unique<ClusterScout>(thread_, std::move(config), here);
}

void RedisSession::connect_later() {
  (void)thread_.after(backoff_.next(), [this] { connect(); });
}

void RedisSession::open_links() {
  RedisLink::Listener& here = *this;
  const std::size_t count = slots_ ? slots_->masters.size() : 1;
  std::vector<std::vector<Subscription>> wanted(count);
  for (const auto& [channel, subscription] : wanted_) wanted[link_of(channel)].push_back(subscription);
  for (std::size_t i = 0; i < count; ++i) {
    auto config = config_;
    if (slots_) {
      config.host = slots_->masters[i].host;
      config.port = slots_->masters[i].port;
      config.channels_per_command = 1;
    }
    RedisLink::Setup setup{std::move(config), slots_ ? kSharded : kPlain, marker_channel(i), may_shard_ && !slots_};
    links_.push_back(std::make_unique<RedisLink>(thread_, std::move(setup), wanted[i], counters_.queued_bytes, here));
  }
}

std::size_t RedisSession::link_of(std::string_view channel) {
  if (!slots_) return 0;
  name_.assign(config_.prefix).append(channel);
  return slots_->master_of[slot_of(name_)];
}

// One that lies in a slot of that master.
std::string RedisSession::marker_channel(std::size_t link) {
  for (;;) {
    auto channel = fmt::format("marker/{:016x}{:016x}", base::random_u64(), base::random_u64());
    if (link_of(channel) == link) return config_.prefix + channel;
  }
}

std::vector<Subscription> RedisSession::take_confirmed() {
  std::vector<Subscription> all;
  for (const auto& link : links_) {
    auto some = link->take_confirmed();
    if (all.empty()) {
      all = std::move(some);
    } else {
      all.insert(all.end(), std::make_move_iterator(some.begin()), std::make_move_iterator(some.end()));
    }
  }
  return all;
}

void RedisSession::on_link_up() {
  if (!std::ranges::all_of(links_, [](const auto& link) { return link->up(); })) return;
  up_since_ = thread_.now();
  if (!std::exchange(told_up_, true)) {
    base::log(base::LogLevel::info, "bus", "{}: the bus is up, {} channels{}", describe(config_), wanted_.size(),
              slots_ ? fmt::format(" in {} shards", links_.size()) : "");
  }
  push({.state = Inbound::State::up, .confirmed = take_confirmed(), .messages = {}});
}

void RedisSession::on_link_message(const base::SharedBytes& channel, std::string_view payload) {
  if (!up_since_) return;  // of a link that was up before the others
  arrived_.messages.push_back({channel, base::share(std::string(payload))});
  arrived_.undelivered_bytes += payload.size() + kMessageCost;
}

void RedisSession::on_link_read_end() {
  if (!up_since_) return;
  arrived_.confirmed = take_confirmed();
  if (arrived_.confirmed.empty() && arrived_.messages.empty()) return;
  push(std::exchange(arrived_, {}));
  if (!owner_is_behind()) return;
  for (const auto& link : links_) link->pause_reading();
  if (!std::exchange(waiting_for_owner_, true)) wait_for_owner();
}

void RedisSession::on_link_failed(const std::string& problem) {
  tell(problem);
  links_.clear();
  slots_.reset();
  if (!arrived_.messages.empty()) push(std::exchange(arrived_, {}));  // heard before the end
  if (up_since_) {
    if (thread_.now() - *up_since_ >= config_.stable_after) {
      backoff_.reset();
      told_.clear();
    }
    up_since_.reset();
    push({.state = Inbound::State::down, .confirmed = {}, .messages = {}});
  }
  connect_later();
}

void RedisSession::on_link_could_be_sharded() {
  links_.clear();
  clustered_ = true;
  connect();
}

void RedisSession::on_slots(SlotMap slots) {
  scout_.reset();
  known_.resize(1);
  known_.insert(known_.end(), slots.masters.begin(), slots.masters.end());
  slots_ = std::move(slots);
  open_links();
}

void RedisSession::on_no_slots(const std::string& why) {
  tell(why);
  scout_.reset();
  clustered_ = may_shard_ = false;
  connect_later();
}

void RedisSession::on_scout_failed(const std::string& problem) {
  tell(problem);
  scout_.reset();
  connect_later();
}

bool RedisSession::owner_is_behind() const {
  return counters_.undelivered_bytes > config_.max_undelivered_bytes || inbound_.stats().depth >= kPauseInbound;
}

void RedisSession::wait_for_owner() {
  (void)thread_.after(kOwnerPoll, [this] {
    if (owner_is_behind()) return wait_for_owner();
    waiting_for_owner_ = false;
    for (const auto& link : links_) link->resume_reading();
  });
}

void RedisSession::push(Inbound inbound) {
  counters_.undelivered_bytes += inbound.undelivered_bytes;
  (void)inbound_.push(std::move(inbound));  // refused only when the bus ends
}

void RedisSession::tell(const std::string& problem) {
  if (told_.size() >= kMaxTold || !told_.insert(problem).second) return;
  told_up_ = false;
  base::log(base::LogLevel::warn, "bus", "{}; trying again", problem);
}

}  // namespace skat::bus::redis
