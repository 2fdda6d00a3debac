#include "chat/user_channels.hpp"

#include <algorithm>
#include <utility>

namespace skat::chat {

UserChannels::UserChannels(const Config& config, base::Executor& core, bus::Bus& bus, Incarnation self, Show show)
    : config_(config), core_(core), bus_(bus), self_(self), show_(std::move(show)) {}

void UserChannels::expect(const model::UserId& user) {
  if (!config_.live) return;
  const auto [found, first] = places_.try_emplace(user);
  if (first) bus_.subscribe(user_channel(user), [] {});
  if (found->second.loops.empty()) linger(user, found->second);
}

void UserChannels::set_here(LoopIndex loop, const model::UserId& user, bool here) {
  if (!config_.live) return;
  if (here) {
    expect(user);
    auto& loops = places_[user].loops;
    if (std::ranges::find(loops, loop) == loops.end()) loops.push_back(loop);
  } else if (const auto found = places_.find(user); found != places_.end()) {
    std::erase(found->second.loops, loop);
    if (found->second.loops.empty()) linger(user, found->second);
  }
}

void UserChannels::linger(const model::UserId& user, Place& place) {
  if (std::exchange(place.lingering, true)) return;
  std::ignore = core_.after(config_.feed_linger, lifetime_.guard([this, user] { end_if_idle(user); }));
}

// Who was here in between stays; the next time he is gone he lingers anew.
void UserChannels::end_if_idle(const model::UserId& user) {
  const auto found = places_.find(user);
  if (found == places_.end()) return;
  found->second.lingering = false;
  if (!found->second.loops.empty()) return;
  places_.erase(found);
  bus_.unsubscribe(user_channel(user));
}

void UserChannels::tell(const model::UserId& user, const UserNews& news, Reach reach) {
  show_(user, news);
  if (config_.live && reach == Reach::cluster) {
    bus_.publish(user_channel(user), base::share(encode(UserMessage{self_, news})));
  }
}

void UserChannels::on_message(const model::UserId& user, std::string_view payload) {
  if (!places_.contains(user)) return;
  const auto message = decode_user_message(payload);
  if (message && message->from != self_) show_(user, message->news);
}

void UserChannels::close() {
  for (const auto& [user, place] : places_) bus_.unsubscribe(user_channel(user));
  places_.clear();
}

}  // namespace skat::chat
