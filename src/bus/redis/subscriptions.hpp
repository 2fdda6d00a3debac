// Subscriptions: which channels are wanted, which of them the server has confirmed, and the commands that make the two
// agree. Sans-I/O. Answers come in the order of the commands, one for each channel.
// Lives on: the thread of the bus, with its link.
// Ends by: destruction.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/bytes.hpp"

namespace skat::bus::redis {

// The words of Pub/Sub: to every node of a cluster, or sharded, where a channel belongs to the master of its slot.
struct Dialect {
  std::string_view publish, subscribe, unsubscribe;    // commands
  std::string_view message, subscribed, unsubscribed;  // what comes back
};
inline constexpr Dialect kPlain{"PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE", "message", "subscribe", "unsubscribe"};
inline constexpr Dialect kSharded{"SPUBLISH", "SSUBSCRIBE", "SUNSUBSCRIBE", "smessage", "ssubscribe", "sunsubscribe"};

// A channel that was subscribed, left and subscribed again has a new generation: an answer to the first command says
// nothing about the last.
struct Subscription {
  base::SharedBytes channel;  // without the prefix
  std::uint64_t generation = 0;
};

struct Change {
  enum class Kind : std::uint8_t { subscribe, unsubscribe };
  Kind kind;
  Subscription subscription;  // to unsubscribe: the channel alone matters
};

class Subscriptions {
 public:
  // A sharded command names one channel: more would have to be of one slot.
  Subscriptions(const Dialect& dialect, std::string prefix, std::size_t channels_per_command)
      : dialect_(dialect), prefix_(std::move(prefix)), channels_per_command_(channels_per_command) {}

  void apply(Change change);

  // There is a new connection, on which nothing is subscribed yet; or none.
  void connected();
  void disconnected();

  // Appends SUBSCRIBE and UNSUBSCRIBE for all that has changed since.
  void take_commands(std::string& out);
  // The dialect's `subscribed` or `unsubscribed` came for that name (with its prefix). False: nobody asked for that.
  [[nodiscard]] bool on_answer(std::string_view kind, std::string_view name);
  // What has been confirmed since the last call.
  [[nodiscard]] std::vector<Subscription> take_confirmed() { return std::exchange(confirmed_, {}); }
  // Answers that have not come.
  [[nodiscard]] std::size_t outstanding() const noexcept { return asked_.size(); }

  // The channel of that name, if it is wanted; shared by all its messages.
  [[nodiscard]] base::SharedBytes find(std::string_view name) const;
  [[nodiscard]] std::size_t size() const noexcept { return wanted_.size(); }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };

  const Dialect& dialect_;
  const std::string prefix_;
  const std::size_t channels_per_command_;
  bool connected_ = false;
  std::unordered_map<std::string, Subscription, Hash, std::equal_to<>> wanted_;  // by channel
  std::vector<Change> changes_;  // not sent yet; empty while there is no connection
  std::deque<Change> asked_;     // sent, not answered
  std::vector<Subscription> confirmed_;
};

}  // namespace skat::bus::redis
