// Assembler: joins the pieces of messages that came in several frames. Sans-I/O.
// Lives on: the core executor.
// Ends by: destruction; what is not whole is then dropped.
// Limits: max_message_bytes for one message, max_partial_bytes for all that are not whole, partial_timeout between two
// pieces; a message that passes one is dropped with all its pieces.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"
#include "relay/config.hpp"
#include "relay/frame.hpp"

namespace skat::relay {

class Assembler {
 public:
  explicit Assembler(const Config& config) : config_(config) {}

  enum class Outcome : std::uint8_t {
    whole,    // `message` is there
    more,     // its next piece is awaited
    refused,  // this piece broke the message or passed a limit; said once
    ignored,  // a piece of a message that is not known (any more)
  };
  struct Taken {
    Outcome outcome{};
    std::string message;
  };
  [[nodiscard]] Taken take(const Frame& frame, base::SteadyTime now);

  // What began to come from this node will not be finished.
  void forget(Incarnation node);
  void forget_all();
  void expire(base::SteadyTime now);

  [[nodiscard]] std::size_t partial_bytes() const noexcept { return partial_bytes_; }

 private:
  struct Key {
    From from;
    Kind kind{};
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      return FromHash{}(key.from) + static_cast<std::size_t>(key.kind);
    }
  };
  struct Partial {
    std::string message;
    std::uint32_t next_piece = 1;
    base::SteadyTime last;  // when its newest piece came
  };
  using Partials = std::unordered_map<Key, Partial, KeyHash>;

  Partials::iterator drop(Partials::iterator at);

  const Config& config_;
  Partials partials_;
  std::size_t partial_bytes_ = 0;
};

}  // namespace skat::relay
