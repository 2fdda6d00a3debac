// What is said over the connections: Skat's /chat, or the plain events of the peer servers and of the example server.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "load/swarm.hpp"

namespace skat::load {

// A message carries "@<16 hex digits>@" at the start of its text: its number in the run.
[[nodiscard]] std::string marked_text(std::uint64_t number, std::size_t bytes);
[[nodiscard]] std::optional<std::uint64_t> mark_of(std::string_view frame);

class Dialect {
 public:
  virtual ~Dialect() = default;
  // Puts `count` connections into each of `rooms` rooms; connection i is in room i / count. Returns when all are in.
  virtual void enter(Swarm& swarm, std::size_t rooms, std::size_t count) = 0;
  // Connections that joined nothing (idle, or for acks only).
  virtual void connect_idle(Swarm& swarm, std::size_t count) = 0;
  // A message into the room of connection `index`, asking for an acknowledgement with `ack_id`.
  virtual void say(Swarm& swarm, std::size_t index, std::uint64_t ack_id, std::string_view text) = 0;
  // A request that is answered without a log.
  virtual void ask(Swarm& swarm, std::size_t index, std::uint64_t ack_id) = 0;
  // The acknowledgement id if `frame` is one, and whether it is a refusal.
  virtual std::optional<std::uint64_t> ack_of(std::string_view frame) const = 0;
};

[[nodiscard]] std::unique_ptr<Dialect> make_skat_dialect();
// Namespace "/": `join` room → ack; `say` [room, text] → broadcast `said` [text] to the room, ack; `ask` → ack.
[[nodiscard]] std::unique_ptr<Dialect> make_plain_dialect();

}  // namespace skat::load
