// The bus: channels between nodes, at most once, in order per channel and publisher. Only speed: Skat stays right when
// every message on it is lost. Siblings: bus/memory (one process), bus/redis (cluster).
//
// Threads: every method is called on the executor given at construction, and every callback runs there; none blocks.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/function.hpp"

namespace skat::bus {

class BusListener {
 public:
  virtual ~BusListener() = default;
  // A message on a subscribed channel, also the node's own. Never called from inside publish() or subscribe().
  virtual void on_message(std::string_view channel, const base::SharedBytes& payload) = 0;
  // The connection was lost: messages may be missing from now on.
  virtual void on_bus_down() = 0;
  // The connection is back and every channel is subscribed again: whoever needs every message must verify what he
  // missed.
  virtual void on_bus_up() = 0;
};

class Bus {
 public:
  virtual ~Bus() = default;
  // Once, before anything else. The listener outlives the bus.
  virtual void start(BusListener& listener) = 0;
  // `confirmed` runs when every message published after that moment will arrive. Subscribing twice is harmless.
  virtual void subscribe(std::string channel, base::Function<void()> confirmed) = 0;
  virtual void unsubscribe(std::string_view channel) = 0;
  // Hands over and forgets. Limit: when the send queue is full or the bus is down, the message is dropped.
  virtual void publish(std::string_view channel, base::SharedBytes payload) = 0;
  [[nodiscard]] virtual bool up() const = 0;
};

}  // namespace skat::bus
