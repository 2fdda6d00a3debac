#include "net/config.hpp"

#include "net/loop_shared.hpp"

namespace skat::net {

std::optional<std::string> validate(const ListenConfig& config) {
  if (config.address.empty()) return "listen address is empty";
  if (config.backlog < 1) return "listen backlog must be at least 1";
  return std::nullopt;
}

std::optional<std::string> validate(const HttpConfig& config) {
  using std::chrono::milliseconds;
  if (config.max_connections == 0) return "max_connections must be at least 1";
  for (const auto& [key, value] : {std::pair{"head_timeout", config.head_timeout},
                                   {"body_timeout", config.body_timeout},
                                   {"idle_timeout", config.idle_timeout},
                                   {"write_timeout", config.write_timeout},
                                   {"linger_timeout", config.linger_timeout}}) {
    if (value <= milliseconds::zero()) return std::string(key) + " must be above 0";
  }
  // A head that is still incomplete has to fit into the loop's read buffer together with new bytes.
  if (config.max_head_bytes < 256 || config.max_head_bytes > LoopShared::kReadBufferBytes / 2) {
    return "max_head_bytes must be 256 to " + std::to_string(LoopShared::kReadBufferBytes / 2);
  }
  if (config.max_header_count == 0) return "max_header_count must be at least 1";
  if (config.max_pipelined_per_turn == 0) return "max_pipelined_per_turn must be at least 1";
  return std::nullopt;
}

}  // namespace skat::net
