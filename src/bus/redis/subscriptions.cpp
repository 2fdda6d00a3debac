#include "bus/redis/subscriptions.hpp"

#include <algorithm>

#include "bus/redis/resp.hpp"

namespace skat::bus::redis {

void Subscriptions::apply(Change change) {
  if (change.kind == Change::Kind::subscribe) {
    wanted_.insert_or_assign(*change.subscription.channel, change.subscription);
  } else {
    wanted_.erase(*change.subscription.channel);
  }
  if (connected_) changes_.push_back(std::move(change));
}

void Subscriptions::connected() {
  disconnected();
  connected_ = true;
  changes_.reserve(wanted_.size());
  for (const auto& [channel, subscription] : wanted_) changes_.push_back({Change::Kind::subscribe, subscription});
}

void Subscriptions::disconnected() {
  connected_ = false;
  changes_.clear();
  asked_.clear();
  confirmed_.clear();
}

void Subscriptions::take_commands(std::string& out) {
  for (auto it = changes_.begin(); it != changes_.end();) {
    const auto kind = it->kind;
    const auto limit =
        std::min<std::ptrdiff_t>(changes_.end() - it, static_cast<std::ptrdiff_t>(channels_per_command_));
    const auto end = std::find_if(it, it + limit, [&](const Change& change) { return change.kind != kind; });
    resp::append_header(out, static_cast<std::size_t>(end - it) + 1);
    resp::append_bulk(out, kind == Change::Kind::subscribe ? dialect_.subscribe : dialect_.unsubscribe);
    for (; it != end; ++it) {
      resp::append_bulk(out, prefix_, *it->subscription.channel);
      asked_.push_back(std::move(*it));
    }
  }
  changes_.clear();
}

bool Subscriptions::on_answer(std::string_view kind, std::string_view name) {
  if (asked_.empty() || !name.starts_with(prefix_)) return false;
  name.remove_prefix(prefix_.size());
  const auto& asked = asked_.front();
  const bool subscribed = asked.kind == Change::Kind::subscribe;
  if (*asked.subscription.channel != name || kind != (subscribed ? dialect_.subscribed : dialect_.unsubscribed))
    return false;
  if (subscribed) {
    const auto it = wanted_.find(name);
    if (it != wanted_.end() && it->second.generation == asked.subscription.generation) {
      confirmed_.push_back(it->second);
    }
  }
  asked_.pop_front();
  return true;
}

base::SharedBytes Subscriptions::find(std::string_view name) const {
  if (!name.starts_with(prefix_)) return nullptr;
  const auto it = wanted_.find(name.substr(prefix_.size()));
  return it == wanted_.end() ? nullptr : it->second.channel;
}

}  // namespace skat::bus::redis
