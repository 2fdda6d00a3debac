// UserChannels: what concerns a user rather than a room, told to his sockets on every node.
// Lives on: the core executor.
// Ends by: close(), which leaves all channels; destruction.
// Rule: a hint. What the bus loses is in the user's next `welcome`; a socket may be told the same twice.
#pragma once

#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "chat/config.hpp"
#include "chat/lifetime.hpp"
#include "chat/user_message.hpp"

namespace skat::chat {

class UserChannels {
 public:
  // Tells the user's sockets on this node.
  using Show = base::Function<void(const model::UserId&, const UserNews&)>;
  enum class Reach { node, cluster };

  UserChannels(const Config& config, base::Executor& core, bus::Bus& bus, Incarnation self, Show show);
  UserChannels(const UserChannels&) = delete;
  UserChannels& operator=(const UserChannels&) = delete;

  // The user is about to be here: his channel is heard from now on, and for config.feed_linger if nobody comes.
  void expect(const model::UserId& user);
  // Whether this loop has sockets of the user. Saying the same again is harmless.
  void set_here(LoopIndex loop, const model::UserId& user, bool here);

  // `node`: the other nodes learn it by themselves, or not at all (no bus).
  void tell(const model::UserId& user, const UserNews& news, Reach reach);
  void on_message(const model::UserId& user, std::string_view payload);
  void close();

  [[nodiscard]] std::size_t size() const noexcept { return places_.size(); }

 private:
  struct Place {
    std::vector<LoopIndex> loops;
    bool lingering = false;  // a timer looks after it
  };

  void linger(const model::UserId& user, Place& place);
  void end_if_idle(const model::UserId& user);

  // set at construction
  const Config& config_;
  base::Executor& core_;
  bus::Bus& bus_;
  Incarnation self_;
  Show show_;

  // Limit: users with a socket here, and those who had one a moment ago.
  std::unordered_map<model::UserId, Place, model::Id128Hash> places_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
