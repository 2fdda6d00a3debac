#include "bus/redis/redis_link.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/random.hpp"

namespace skat::bus::redis {

namespace {

constexpr int kShardedSince = 7;  // Redis's version

// MOVED names slot and server, each time others; that they are not where they were is all there is to say.
std::string refusal(std::string_view command, std::string_view error) {
  if (error.starts_with("MOVED ")) return fmt::format("{} was refused: a slot has moved in the cluster", command);
  return fmt::format("{} was refused: {}", command, error);
}

}  // namespace

RedisLink::RedisLink(base::IoThread& thread, Setup setup, const std::vector<Subscription>& wanted,
                     std::atomic<std::size_t>& queued_bytes, Listener& listener)
    : thread_(thread),
      setup_(std::move(setup)),
      subscriptions_(setup_.dialect, setup_.config.prefix, setup_.config.channels_per_command),
      queued_bytes_(queued_bytes),
      listener_(listener),
      marker_(fmt::format("{:016x}", base::random_u64())),
      publisher_(thread, setup_.config, setup_.config.client_name + ":publish", *this),
      subscriber_(thread, setup_.config, setup_.config.client_name + ":subscribe", *this) {
  for (const auto& subscription : wanted) change({Change::Kind::subscribe, subscription});
}

RedisLink::~RedisLink() {
  thread_.cancel(verify_timer_);
  for (const auto& asked : asked_) release(asked.queued_bytes);
}

// Told in a turn of its own, so that nobody is destroyed inside his own function.
template <class Tell>
void RedisLink::finish(Tell tell) {
  if (std::exchange(state_, State::failed) == State::failed) return;
  thread_.post([self = std::weak_ptr(self_), tell = std::move(tell)] {
    if (const auto link = self.lock()) tell((*link)->listener_);
  });
}

void RedisLink::publish(std::string_view channel, std::string_view payload, std::size_t queued_bytes) {
  auto& out = publisher_.out();
  resp::append_header(out, 3);
  resp::append_bulk(out, setup_.dialect.publish);
  resp::append_bulk(out, setup_.config.prefix, channel);
  resp::append_bulk(out, payload);
  asked_.push_back({Asked::Kind::publish, queued_bytes});
}

void RedisLink::flush() {
  publisher_.flush();
  if (state_ == State::connecting || state_ == State::failed) return;
  subscriptions_.take_commands(subscriber_.out());
  subscriber_.flush();
}

void RedisLink::on_ready(RedisConnection& connection) {
  if (state_ == State::failed) return;
  if (connection.server().replica) return fail("it is a replica: what is published there does not reach its master");
  (&connection == &publisher_ ? publisher_ready_ : subscriber_ready_) = true;
  if (!publisher_ready_ || !subscriber_ready_) return;
  if (setup_.may_shard && connection.server().cluster && connection.server().major >= kShardedSince) {
    return finish([](Listener& listener) { listener.on_link_could_be_sharded(); });
  }
  state_ = State::subscribing;
  subscriptions_.connected();
  subscriptions_.take_commands(subscriber_.out());
  resp::append_command(subscriber_.out(), {setup_.dialect.subscribe, setup_.marker_channel});
  subscriber_.flush();
}

void RedisLink::verify() {
  state_ = State::verifying;
  resp::append_command(publisher_.out(), {setup_.dialect.publish, setup_.marker_channel, marker_});
  asked_.push_back({Asked::Kind::marker, 0});
  publisher_.flush();
  verify_timer_ = thread_.after(setup_.config.verify_timeout, [this] {
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
    return fail(refusal(asked.kind == Asked::Kind::keep_alive ? "PING" : setup_.dialect.publish, reply.text()));
  }
  if (asked.kind != Asked::Kind::keep_alive) return;
  const auto hello = read_hello(reply);
  if (hello && hello->replica) fail("it has become a replica: what is published there does not reach its master");
}

void RedisLink::on_subscriber_reply(const resp::Reply& reply) {
  if (reply.is_error()) return fail(refusal(setup_.dialect.subscribe, reply.text()));
  if (reply.size() < 3) return;  // the answer to PING
  const auto kind = reply.at(0).text();
  const auto name = reply.at(1).text();
  if (kind == setup_.dialect.message) {
    const auto payload = reply.at(2).text();
    if (const auto channel = state_ == State::up ? subscriptions_.find(name) : nullptr) {
      read_something_ = true;
      listener_.on_link_message(channel, payload);
    } else if (state_ == State::verifying && name == setup_.marker_channel && payload == marker_) {
      thread_.cancel(std::exchange(verify_timer_, base::Executor::TimerId::none));
      state_ = State::up;
      listener_.on_link_up();
    }
  } else if (kind == setup_.dialect.subscribed || kind == setup_.dialect.unsubscribed) {
    if (kind == setup_.dialect.subscribed && name == setup_.marker_channel) {
      if (state_ == State::subscribing) verify();
    } else if (subscriptions_.on_answer(kind, name)) {
      read_something_ = true;
    } else {
      // What a cluster says to subscribers of a slot that moves to another master.
      fail(kind == kSharded.unsubscribed ? "a slot has moved in the cluster" : "it answered what was not asked");
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

void RedisLink::fail(std::string_view problem) {
  finish([problem = fmt::format("{}: {}", describe(setup_.config), problem)](Listener& listener) {
    listener.on_link_failed(problem);
  });
}

void RedisLink::release(std::size_t bytes) {
  queued_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
}

}  // namespace skat::bus::redis
