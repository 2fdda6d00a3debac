#include "bus/redis/redis_link.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/random.hpp"

namespace skat::bus::redis {

RedisLink::RedisLink(base::IoThread& thread, const Config& config, Subscriptions& subscriptions,
                     std::atomic<std::size_t>& queued_bytes, Listener& listener)
    : thread_(thread),
      config_(config),
      subscriptions_(subscriptions),
      queued_bytes_(queued_bytes),
      listener_(listener),
      marker_channel_(fmt::format("{}marker/{:016x}{:016x}", config.prefix, base::random_u64(), base::random_u64())),
      marker_(fmt::format("{:016x}", base::random_u64())),
      publisher_(thread, config, config.client_name + ":publish", *this),
      subscriber_(thread, config, config.client_name + ":subscribe", *this) {}

RedisLink::~RedisLink() {
  thread_.cancel(verify_timer_);
  subscriptions_.disconnected();
  for (const auto& asked : asked_) release(asked.queued_bytes);
}

void RedisLink::subscribe_changes() {
  if (state_ == State::connecting || state_ == State::failed) return;
  subscriptions_.take_commands(subscriber_.out());
  subscriber_.flush();
}

void RedisLink::publish(std::string_view channel, std::string_view payload, std::size_t queued_bytes) {
  auto& out = publisher_.out();
  resp::append_header(out, 3);
  resp::append_bulk(out, "PUBLISH");
  resp::append_bulk(out, config_.prefix, channel);
  resp::append_bulk(out, payload);
  asked_.push_back({Asked::Kind::publish, queued_bytes});
}

void RedisLink::flush() {
  publisher_.flush();
}

void RedisLink::on_ready(RedisConnection& connection) {
  if (state_ == State::failed) return;
  if (connection.server().replica) return fail("it is a replica: what is published there does not reach its master");
  (&connection == &publisher_ ? publisher_ready_ : subscriber_ready_) = true;
  if (!publisher_ready_ || !subscriber_ready_) return;
  state_ = State::subscribing;
  subscriptions_.connected();
  subscriptions_.take_commands(subscriber_.out());
  resp::append_command(subscriber_.out(), {"SUBSCRIBE", marker_channel_});
  subscriber_.flush();
}

void RedisLink::verify() {
  state_ = State::verifying;
  resp::append_command(publisher_.out(), {"PUBLISH", marker_channel_, marker_});
  asked_.push_back({Asked::Kind::marker, 0});
  publisher_.flush();
  verify_timer_ = thread_.after(config_.verify_timeout, [this] {
    verify_timer_ = base::Executor::TimerId::none;
    fail("what was published did not come back: are the two connections at the same server?");
  });
}

void RedisLink::on_reply(RedisConnection& connection, const resp::Reply& reply) {
  if (state_ == State::failed) return;
  if (&connection == &publisher_) {
    on_publisher_reply(reply);
  } else {
    on_subscriber_reply(reply);
  }
}

void RedisLink::on_publisher_reply(const resp::Reply& reply) {
  if (reply.type() == resp::Type::push) return;  // no answer to anything
  if (asked_.empty()) return fail("it answered what was not asked");
  const auto asked = asked_.front();
  asked_.pop_front();
  release(asked.queued_bytes);
  if (reply.is_error()) {
    return fail(
        fmt::format("{} was refused: {}", asked.kind == Asked::Kind::keep_alive ? "PING" : "PUBLISH", reply.text()));
  }
  if (asked.kind != Asked::Kind::keep_alive) return;
  const auto hello = read_hello(reply);
  if (hello && hello->replica) fail("it has become a replica: what is published there does not reach its master");
}

void RedisLink::on_subscriber_reply(const resp::Reply& reply) {
  if (reply.is_error()) return fail(fmt::format("SUBSCRIBE was refused: {}", reply.text()));
  if (reply.size() < 3) return;  // the answer to PING
  const auto kind = reply.at(0).text();
  const auto name = reply.at(1).text();
  if (kind == "message") {
    const auto payload = reply.at(2).text();
    if (const auto channel = state_ == State::up ? subscriptions_.find(name) : nullptr) {
      read_something_ = true;
      listener_.on_link_message(channel, payload);
    } else if (state_ == State::verifying && name == marker_channel_ && payload == marker_) {
      thread_.cancel(std::exchange(verify_timer_, base::Executor::TimerId::none));
      state_ = State::up;
      listener_.on_link_up();
    }
  } else if (kind == "subscribe" || kind == "unsubscribe") {
    if (name == marker_channel_) {
      if (state_ == State::subscribing) verify();
    } else if (!subscriptions_.on_answer(kind, name)) {
      fail(fmt::format("it answered '{}' out of turn", kind));
    } else {
      read_something_ = true;
    }
  }
}

void RedisLink::on_read_end(RedisConnection& connection) {
  if (&connection == &subscriber_ && state_ == State::up && std::exchange(read_something_, false)) {
    listener_.on_link_read_end();
  }
}

void RedisLink::on_keep_alive_due(RedisConnection& connection) {
  if (state_ == State::failed) return;
  if (&connection == &subscriber_) {
    resp::append_command(connection.out(), {"PING"});
  } else {
    // HELLO's answer also says whether the server still is a master: a replica takes PUBLISH without an error.
    if (connection.server().protocol == 3) {
      resp::append_command(connection.out(), {"HELLO", "3"});
    } else {
      resp::append_command(connection.out(), {"PING"});
    }
    asked_.push_back({Asked::Kind::keep_alive, 0});
  }
  connection.flush();
}

void RedisLink::on_failed(RedisConnection& connection, const std::string& problem) {
  fail(fmt::format("{} ({})", problem,
                   &connection == &publisher_ ? "connection that publishes" : "connection that is subscribed"));
}

// Told in a turn of its own, so that nobody is destroyed inside his own function.
void RedisLink::fail(std::string problem) {
  if (state_ == State::failed) return;
  state_ = State::failed;
  thread_.post([self = std::weak_ptr(self_), problem = std::move(problem)] {
    if (const auto link = self.lock()) (*link)->listener_.on_link_failed(problem);
  });
}

void RedisLink::release(std::size_t bytes) {
  queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
}

}  // namespace skat::bus::redis
