// Transport: how a session's frames reach its peer now, and how the peer's packets come back.
// Lives on: the session's loop; owned by the session, and by the table once it only lingers to close.
#pragma once

#include "engineio/frame.hpp"
#include "engineio/packet.hpp"
#include "engineio/session.hpp"
#include "engineio/transport_kind.hpp"

namespace skat::engineio {

class Transport;

// Implemented by the session. A transport is never destroyed inside one of these calls.
class TransportListener {
 public:
  virtual ~TransportListener() = default;
  // False: the session takes no more packets from this transport.
  virtual bool on_packet(Transport& from, const Packet& packet) = 0;
  // The peer went, broke the protocol or reads too slowly. May be said again, of the same end.
  virtual void on_transport_end(Transport& from, CloseReason reason) = 0;
};

class Transport {
 public:
  virtual ~Transport() = default;
  [[nodiscard]] virtual TransportKind kind() const noexcept = 0;
  // A frame sent now would leave now.
  [[nodiscard]] virtual bool writable() const noexcept = 0;
  // Queues; leaves at the end of the loop's turn at the earliest.
  virtual void send(Frame frame) = 0;
};

}  // namespace skat::engineio
