// What may be turned in relay. Limits are of one node.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace skat::relay {

struct Config {
  std::chrono::milliseconds announce_interval{1'000};
  // A node that was not heard for so long is gone: who waits for it is answered as if the session were unknown, and
  // what it waits for here counts as lost.
  std::chrono::milliseconds lease{5'000};
  std::chrono::milliseconds receipt_timeout{2'000};  // the session's node has not said that it got the request: 503
  // A request that was received has no answer yet: 503. Above the session's ping interval and timeout, which end it
  // before.
  std::chrono::milliseconds answer_timeout{60'000};
  std::chrono::milliseconds partial_timeout{10'000};  // a message whose next piece does not come is dropped

  std::size_t max_piece_bytes = 256 * 1024;          // payload of one bus message
  std::size_t max_message_bytes = 16 * 1024 * 1024;  // whole; a longer answer is 503, as is a longer request
  std::size_t max_partial_bytes = 64 * 1024 * 1024;  // of all messages whose last piece has not come: as above
  std::size_t max_pending = 65'536;                  // requests passed on and not answered; one more: 503
  std::size_t max_served = 65'536;                   // other nodes' requests not answered here; one more: 503
  std::size_t max_waiting = 65'536;                  // in each mailbox; a request that finds it full: 503
  std::size_t max_nodes = 4'096;                     // that are known; others' sessions are unknown here
};

// A sentence that names the bad key; nothing when all is well.
[[nodiscard]] std::optional<std::string> validate(const Config& config);

}  // namespace skat::relay
