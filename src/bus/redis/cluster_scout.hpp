// ClusterScout: asks one server of a Redis Cluster which master has which slot.
// Lives on: the bus's IoThread.
// Ends by: one callback, told in a turn of its own, or destruction; no callback runs after either.
#pragma once

#include <memory>
#include <string>

#include "bus/redis/redis_connection.hpp"
#include "bus/redis/slot_map.hpp"

namespace skat::bus::redis {

class ClusterScout final : private RedisConnection::Listener {
 public:
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_slots(SlotMap slots) = 0;
    // It is no cluster, or its map must not be read: all channels go by any one server.
    virtual void on_no_slots(const std::string& why) = 0;
    virtual void on_scout_failed(const std::string& problem) = 0;
  };

  ClusterScout(base::IoThread& thread, Config config, Listener& listener);

 private:
  void on_ready(RedisConnection& connection) override;
  void on_reply(RedisConnection& connection, const resp::Reply& reply) override;
  void on_read_end(RedisConnection&) override {}
  void on_keep_alive_due(RedisConnection&) override {}
  void on_failed(RedisConnection& connection, const std::string& problem) override;

  template <class Tell>
  void finish(Tell tell);

  base::IoThread& thread_;
  const Config config_;
  Listener& listener_;
  bool finished_ = false;
  std::shared_ptr<ClusterScout*> self_ = std::make_shared<ClusterScout*>(this);  // as in RedisLink
  RedisConnection connection_;
};

}  // namespace skat::bus::redis
