#include "bus/redis/redis_bus.hpp"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/io_thread.hpp"
#include "base/logger.hpp"
#include "base/mailbox.hpp"
#include "bus/redis/redis_session.hpp"
#include "bus/redis/tls_context.hpp"

namespace skat::bus {
namespace {

using redis::Change;
using redis::Inbound;
using redis::Outbound;
using redis::RedisSession;

// Limit: turns of the owner that the other thread has not taken; beyond it they gather in one.
constexpr std::size_t kMaxOutbound = 1'024;
constexpr std::chrono::milliseconds kOutboundRetry{5};
constexpr std::size_t kCommandCost = 64;  // of a message besides its names and bytes, about

// RedisBus: the owner's side. What one of his turns publishes goes over as one, and so leaves in one write.
// Lives on: the executor given at construction; the session on a thread of its own.
// Ends by: destruction; no callback runs after it.
class RedisBus final : public Bus {
 public:
  RedisBus(redis::Config config, base::Executor& owner)
      : config_(std::move(config)),
        owner_(owner),
        thread_("bus-redis"),
        inbound_("bus-inbound", RedisSession::kMaxInbound, owner, [this](auto& batch) { on_inbound(batch); }),
        session_(std::make_unique<RedisSession>(thread_, config_, counters_, inbound_)),
        outbound_("bus-outbound", kMaxOutbound, thread_, [session = session_.get()](auto& batch) {
          for (auto& outbound : batch) session->take(std::move(outbound));
        }) {}

  ~RedisBus() override {
    inbound_.close();
    owner_.cancel(retry_);
    thread_.join();
  }
  RedisBus(const RedisBus&) = delete;
  RedisBus& operator=(const RedisBus&) = delete;

  void start(BusListener& listener) override {
    SKAT_CHECK(listener_ == nullptr, "a bus was started twice");
    listener_ = &listener;
    flush_later();
  }

  void subscribe(std::string channel, base::Function<void()> confirmed) override {
    const auto [it, is_new] = channels_.try_emplace(std::move(channel));
    auto& entry = it->second;
    if (is_new) {
      entry.generation = ++last_generation_;
      next_.changes.push_back({Change::Kind::subscribe, {base::share(it->first), entry.generation}});
      flush_later();
    }
    if (!confirmed) return;
    if (!entry.confirmed) {
      entry.waiting.push_back(std::move(confirmed));
      return;
    }
    owner_.post([self = std::weak_ptr(self_), confirmed = std::move(confirmed)]() mutable {
      if (self.lock()) confirmed();
    });
  }

  void unsubscribe(std::string_view channel) override {
    const auto it = channels_.find(channel);
    if (it == channels_.end()) return;
    next_.changes.push_back({Change::Kind::unsubscribe, {base::share(it->first), 0}});
    channels_.erase(it);
    flush_later();
  }

  void publish(std::string_view channel, base::SharedBytes payload) override {
    if (!up_) return;
    if (payload->size() > config_.max_payload_bytes) return tell_dropped("a message is larger than max_payload_bytes");
    const auto bytes = config_.prefix.size() + channel.size() + payload->size() + kCommandCost;
    if (counters_.queued_bytes + bytes > config_.max_queued_bytes) return tell_dropped("the send queue is full");
    counters_.queued_bytes += bytes;
    next_.messages.push_back({std::string(channel), std::move(payload), bytes});
    flush_later();
  }

  [[nodiscard]] bool up() const override { return up_; }

 private:
  struct Channel {
    std::uint64_t generation = 0;
    bool confirmed = false;  // and the bus has been up since
    std::vector<base::Function<void()>> waiting;
  };
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  void flush_later() {
    if (std::exchange(flush_posted_, true)) return;
    owner_.post([self = std::weak_ptr(self_)] {
      if (const auto bus = self.lock()) (*bus)->flush();
    });
  }

  void flush() {
    SKAT_CHECK(listener_ != nullptr, "a bus was used before start()");
    if (outbound_.stats().depth >= kMaxOutbound) {
      retry_ = owner_.after(kOutboundRetry, [this] { flush(); });
      return;
    }
    flush_posted_ = false;
    const bool pushed = outbound_.push(std::exchange(next_, {}));
    SKAT_CHECK(pushed, "the only sender found no room where there was some");
  }

  void on_inbound(std::vector<Inbound>& batch) {
    for (auto& inbound : batch) {
      if (inbound.state == Inbound::State::down) {
        up_ = false;
        for (auto& [name, channel] : channels_) channel.confirmed = false;
        listener_->on_bus_down();
      } else if (inbound.state == Inbound::State::up) {
        up_ = true;
        told_dropped_ = false;
        listener_->on_bus_up();
      }
      for (const auto& subscription : inbound.confirmed) confirm(subscription);
      for (const auto& message : inbound.messages) {
        if (channels_.contains(*message.channel)) listener_->on_message(*message.channel, message.payload);
      }
      counters_.undelivered_bytes -= inbound.undelivered_bytes;
    }
  }

  void confirm(const redis::Subscription& subscription) {
    const auto it = channels_.find(*subscription.channel);
    if (it == channels_.end() || it->second.generation != subscription.generation) return;
    it->second.confirmed = true;
    for (auto& confirmed : std::exchange(it->second.waiting, {})) confirmed();
  }

  void tell_dropped(const char* why) {
    if (std::exchange(told_dropped_, true)) return;
    base::log(base::LogLevel::warn, "bus", "{}: {}; such messages are dropped", describe(config_), why);
  }

  const redis::Config config_;
  base::Executor& owner_;
  BusListener* listener_ = nullptr;
  bool up_ = false, told_dropped_ = false;
  std::unordered_map<std::string, Channel, Hash, std::equal_to<>> channels_;
  std::uint64_t last_generation_ = 0;
  Outbound next_;  // of this turn
  bool flush_posted_ = false;
  base::Executor::TimerId retry_ = base::Executor::TimerId::none;
  // Shared with the posted turn, which finds it gone when the bus was destroyed first.
  std::shared_ptr<RedisBus*> self_ = std::make_shared<RedisBus*>(this);

  redis::SharedCounters counters_;
  base::IoThread thread_;  // joined before anything below goes
  base::Mailbox<Inbound> inbound_;
  std::unique_ptr<RedisSession> session_;
  base::Mailbox<Outbound> outbound_;
};

}  // namespace

OpenedRedisBus open_redis_bus(const redis::Config& config, base::Executor& owner) {
  if (auto problem = validate(config)) return {nullptr, std::move(*problem)};
  if (config.tls.enabled) {
    if (auto problem = redis::tls_problem(config.tls); !problem.empty()) return {nullptr, std::move(problem)};
  }
  return {std::make_unique<RedisBus>(config, owner), {}};
}

}  // namespace skat::bus
