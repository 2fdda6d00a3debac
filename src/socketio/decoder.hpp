// Decoder: message texts and binary messages of one client to packets. Sans-I/O.
// Lives on: the client's loop.
// Ends by: a violation; its state is then of no use, the connection closes.
// Spec: Socket.IO protocol v5, "Packet encoding".
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "base/result.hpp"
#include "socketio/config.hpp"
#include "socketio/packet.hpp"

namespace skat::socketio {

class Decoder {
 public:
  explicit Decoder(const Config& config) : config_(config) {}

  // A packet, or nothing while attachments are missing, or errc::violation. A packet without attachments has views into
  // `text`: the caller uses it before `text` goes. Memory held meanwhile: the text and at most max_attachments
  // messages.
  [[nodiscard]] result<std::optional<Packet>> on_text(std::string_view text);
  [[nodiscard]] result<std::optional<Packet>> on_binary(std::string_view bytes);

 private:
  struct Pending {
    Packet packet;
    std::size_t announced = 0;
  };

  const Config& config_;
  std::unique_ptr<Pending> pending_;  // set while attachments are missing; an idle client holds none
};

}  // namespace skat::socketio
