// What may be turned in the gateway, with its units and what happens at each limit.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace skat::gateway {

struct Config {
  std::string version = "0.0.0";          // told to clients in `welcome`
  std::size_t core_requests = 32'768;     // mailbox "core.requests"; one more request is answered `busy`
  std::size_t loop_events = 65'536;       // mailbox "loop-N.events"; past it answers wait, live events become `resync`
  std::size_t max_open_requests = 1'024;  // unanswered, of one socket; one more is answered `busy`
  std::size_t max_streams_per_socket = 2'000;  // live streams; one more is answered `busy`
  std::chrono::milliseconds outlet_retry{20};  // how often a full "loop-N.events" is tried again
  std::chrono::milliseconds lobby_retry{500};  // how soon the lobby's stream of namespace "/" is asked for again
};

}  // namespace skat::gateway
