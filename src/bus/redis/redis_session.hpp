// RedisSession: keeps the way to Redis, makes a new one when it fails, and carries what the owner's thread and Redis
// have for each other. The way is one link, or, to a cluster that shards its channels, one link for each master. It is
// up when all links are, and goes as a whole when one fails. Lives on: the bus's IoThread; made and destroyed by the
// bus while that does not run. Ends by: destruction.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/backoff.hpp"
#include "base/bytes.hpp"
#include "base/io_thread.hpp"
#include "base/mailbox.hpp"
#include "bus/redis/cluster_scout.hpp"
#include "bus/redis/config.hpp"
#include "bus/redis/redis_link.hpp"
#include "bus/redis/subscriptions.hpp"

namespace skat::bus::redis {

// What one turn of the owner has for Redis.
struct Outbound {
  struct Message {
    std::string channel;
    base::SharedBytes payload;
    std::size_t queued_bytes;
  };
  std::vector<Change> changes;
  std::vector<Message> messages;
};

// What one read has for the owner, in this order.
struct Inbound {
  enum class State : std::uint8_t { same, down, up };
  struct Message {
    base::SharedBytes channel, payload;
  };
  State state = State::same;
  std::vector<Subscription> confirmed;
  std::vector<Message> messages;
  std::size_t undelivered_bytes = 0;
};

// Both are written by both threads.
struct SharedCounters {
  std::atomic<std::size_t> queued_bytes = 0;       // published, not answered
  std::atomic<std::size_t> undelivered_bytes = 0;  // received, not heard by the listener
};

class RedisSession final : private RedisLink::Listener, private ClusterScout::Listener {
 public:
  // Limit: when so many wait, no more is read and no new link is made; `inbound` holds kMaxInbound.
  static constexpr std::size_t kPauseInbound = 1'024, kMaxInbound = 2 * kPauseInbound;

  RedisSession(base::IoThread& thread, const Config& config, SharedCounters& counters, base::Mailbox<Inbound>& inbound);

  // The first starts it.
  void take(Outbound outbound);

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  void connect();
  void connect_later();
  void open_links();
  [[nodiscard]] std::size_t link_of(std::string_view channel);
  [[nodiscard]] std::string marker_channel(std::size_t link);
  [[nodiscard]] std::vector<Subscription> take_confirmed();

  void on_link_up() override;
  void on_link_message(const base::SharedBytes& channel, std::string_view payload) override;
  void on_link_read_end() override;
  void on_link_failed(const std::string& problem) override;
  void on_link_could_be_sharded() override;
  void on_slots(SlotMap slots) override;
  void on_no_slots(const std::string& why) override;
  void on_scout_failed(const std::string& problem) override;

  [[nodiscard]] bool owner_is_behind() const;
  void wait_for_owner();
  void push(Inbound inbound);
  void tell(const std::string& problem);

  base::IoThread& thread_;
  const Config& config_;
  SharedCounters& counters_;
  base::Mailbox<Inbound>& inbound_;

  bool started_ = false, waiting_for_owner_ = false;
  std::unordered_map<std::string, Subscription, Hash, std::equal_to<>> wanted_;  // by channel
  Inbound arrived_;                                                              // by the read that is under way
  base::Backoff backoff_;
  std::optional<base::SteadyTime> up_since_;  // nothing: not up
  // Told since the bus was last stable. Limit: kMaxTold; what comes after is not told.
  static constexpr std::size_t kMaxTold = 32;
  std::set<std::string> told_;
  bool told_up_ = false;

  std::vector<std::unique_ptr<RedisLink>> links_;  // with slots_: one for each of its masters
  std::optional<SlotMap> slots_;
  std::unique_ptr<ClusterScout> scout_;
  bool may_shard_, clustered_ = false;  // clustered_: a map of the slots is needed first
  std::vector<Address> known_;          // whom to ask for it: the configured server, then the masters of the last map
  std::size_t next_known_ = 0;
  std::string name_;  // of a channel with the prefix; kept for its memory
};

}  // namespace skat::bus::redis
