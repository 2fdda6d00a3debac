#include "relay/config.hpp"

namespace skat::relay {

std::optional<std::string> validate(const Config& config) {
  if (config.announce_interval.count() <= 0) return "relay.announce_interval must be above 0";
  if (config.lease < 2 * config.announce_interval) return "relay.lease must be two announce intervals or more";
  if (config.receipt_timeout.count() <= 0) return "relay.receipt_timeout must be above 0";
  if (config.answer_timeout < config.receipt_timeout) return "relay.answer_timeout must not be below receipt_timeout";
  if (config.partial_timeout.count() <= 0) return "relay.partial_timeout must be above 0";
  if (config.max_piece_bytes < 1'024) return "relay.max_piece_bytes must be 1,024 or more";
  if (config.max_message_bytes < config.max_piece_bytes) {
    return "relay.max_message_bytes must not be below max_piece_bytes";
  }
  if (config.max_partial_bytes < config.max_message_bytes) {
    return "relay.max_partial_bytes must not be below max_message_bytes";
  }
  if (config.max_pending == 0 || config.max_served == 0 || config.max_waiting == 0 || config.max_nodes == 0) {
    return "relay.max_pending, max_served, max_waiting and max_nodes must be above 0";
  }
  if (config.max_nodes > 16'384) return "relay.max_nodes must be 16,384 or less: a tag has 16 bits";
  return std::nullopt;
}

}  // namespace skat::relay
