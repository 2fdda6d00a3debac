#include "bus/redis/cluster_scout.hpp"

#include <fmt/format.h>

#include <utility>

namespace skat::bus::redis {

ClusterScout::ClusterScout(base::IoThread& thread, Config config, Listener& listener)
    : thread_(thread),
      config_(std::move(config)),
      listener_(listener),
      connection_(thread, config_, config_.client_name + ":scout", *this) {}

template <class Tell>
void ClusterScout::finish(Tell tell) {
  if (std::exchange(finished_, true)) return;
  thread_.post([self = std::weak_ptr(self_), tell = std::move(tell)]() mutable {
    if (const auto scout = self.lock()) tell((*scout)->listener_);
  });
}

void ClusterScout::on_ready(RedisConnection& connection) {
  if (!connection.server().cluster) {
    return finish([why = fmt::format("{}: it is no cluster any more", describe(config_))](Listener& listener) {
      listener.on_no_slots(why);
    });
  }
  resp::append_command(connection.out(), {"CLUSTER", "SLOTS"});
  connection.flush();
}

void ClusterScout::on_reply(RedisConnection&, const resp::Reply& reply) {
  if (reply.is_error()) {
    auto sentence = fmt::format("{}: CLUSTER SLOTS was refused: {}", describe(config_), reply.text());
    if (reply.text().starts_with("NOPERM") || reply.text().starts_with("ERR")) {
      return finish([sentence = std::move(sentence)](Listener& listener) { listener.on_no_slots(sentence); });
    }
    return finish([sentence = std::move(sentence)](Listener& listener) { listener.on_scout_failed(sentence); });
  }
  auto slots = read_slots(reply, config_.host);
  if (!slots) {
    return finish([problem = fmt::format("{}: not every slot of the cluster has a master", describe(config_))](
                      Listener& listener) { listener.on_scout_failed(problem); });
  }
  finish([slots = std::move(*slots)](Listener& listener) mutable { listener.on_slots(std::move(slots)); });
}

void ClusterScout::on_failed(RedisConnection&, const std::string& problem) {
  finish([problem = fmt::format("{}: {}", describe(config_), problem)](Listener& listener) {
    listener.on_scout_failed(problem);
  });
}

}  // namespace skat::bus::redis
