// RedisLink: a verified way to one Redis server and back: a connection that publishes and one that is subscribed. It is
// up once every channel was confirmed and a marker, published on the one, came back on the other. Whatever goes wrong
// with either connection ends the link.
//
//   connecting ──► subscribing ──► verifying ──► up
//   both logged    the marker's    the marker
//   in             channel, last   comes back
//
// Lives on: the bus's IoThread.
// Ends by: on_link_failed() or destruction; no callback runs after either.
// Decision 0009: why two connections.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bus/redis/redis_connection.hpp"
#include "bus/redis/subscriptions.hpp"

namespace skat::bus::redis {

class RedisLink final : private RedisConnection::Listener {
 public:
  // Never called from inside a method of the link; none may destroy it but on_link_failed().
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_link_up() = 0;
    // While up.
    virtual void on_link_message(const base::SharedBytes& channel, std::string_view payload) = 0;
    // All that had arrived has been told.
    virtual void on_link_read_end() = 0;
    virtual void on_link_failed(const std::string& problem) = 0;
    // Instead of on_link_up(), where the plain dialect met a server that knows the other one.
    virtual void on_link_could_be_sharded() = 0;
  };

  struct Setup {
    Config config;
    const Dialect& dialect;
    std::string marker_channel;  // with the prefix; nobody else's
    bool may_shard;              // whether on_link_could_be_sharded() is wanted
  };

  // Connects at once. `queued_bytes` is what publish() was told and the server has not answered.
  RedisLink(base::IoThread& thread, Setup setup, const std::vector<Subscription>& wanted,
            std::atomic<std::size_t>& queued_bytes, Listener& listener);
  ~RedisLink() override;

  // Sent by flush().
  void change(Change change) { subscriptions_.apply(std::move(change)); }
  // Only while up; sent by flush(). `queued_bytes` of it were counted by the caller.
  void publish(std::string_view channel, std::string_view payload, std::size_t queued_bytes);
  void flush();

  void pause_reading() { subscriber_.pause_reading(); }
  void resume_reading() { subscriber_.resume_reading(); }
  [[nodiscard]] bool up() const noexcept { return state_ == State::up; }
  // What has been confirmed since the last call.
  [[nodiscard]] std::vector<Subscription> take_confirmed() { return subscriptions_.take_confirmed(); }

 private:
  enum class State { connecting, subscribing, verifying, up, failed };
  struct Asked {
    enum class Kind : std::uint8_t { publish, marker, keep_alive };
    Kind kind;
    std::size_t queued_bytes;
  };

  void on_ready(RedisConnection& connection) override;
  void on_reply(RedisConnection& connection, const resp::Reply& reply) override;
  void on_read_end(RedisConnection& connection) override;
  void on_keep_alive_due(RedisConnection& connection) override;
  void on_failed(RedisConnection& connection, const std::string& problem) override;

  void on_publisher_reply(const resp::Reply& reply);
  void on_subscriber_reply(const resp::Reply& reply);
  void verify();
  void fail(std::string_view problem);
  template <class Tell>
  void finish(Tell tell);
  void release(std::size_t bytes);

  base::IoThread& thread_;
  const Setup setup_;
  Subscriptions subscriptions_;
  std::atomic<std::size_t>& queued_bytes_;
  Listener& listener_;

  State state_ = State::connecting;
  bool publisher_ready_ = false, subscriber_ready_ = false, read_something_ = false;
  const std::string marker_;
  std::deque<Asked> asked_;  // by the publisher, in the order of the answers; bounded by max_queued_bytes
  base::Executor::TimerId verify_timer_ = base::Executor::TimerId::none;
  // What was posted finds it gone when the link was destroyed first.
  std::shared_ptr<RedisLink*> self_ = std::make_shared<RedisLink*>(this);
  RedisConnection publisher_, subscriber_;
};

}  // namespace skat::bus::redis
