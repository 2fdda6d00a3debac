// What all sockets of one namespace share.
// Lives on: one loop; the last of its namespace and its sockets frees it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/executor.hpp"
#include "engineio/frame.hpp"
#include "socketio/adapter.hpp"
#include "socketio/broadcast_acks.hpp"
#include "socketio/config.hpp"
#include "socketio/handler_map.hpp"
#include "socketio/namespace.hpp"

namespace skat::socketio {

struct NamespaceHandlers {
  HandlerMap<void(const std::shared_ptr<Socket>&, const EventView&, Ack)> on;
  // Shared: a running handler outlives its own replacement.
  std::shared_ptr<Namespace::EventHandler> on_event;
  std::shared_ptr<Namespace::EndHandler> on_disconnecting, on_disconnect;
};

struct SocketContext {
  SocketContext(Namespace& of, base::Executor& on, const Config& with)
      : nsp(of),
        nsp_name(of.name()),
        loop(on),
        config(with),
        adapter(with.max_rooms_per_socket),
        broadcast_acks(with.max_pending_broadcasts) {}

  // Whether the client's library would take such a packet; if not, it is logged.
  [[nodiscard]] bool may_send(std::string_view event, std::size_t attachments) const;

  // Set at construction.
  Namespace& nsp;
  const std::string_view nsp_name;
  base::Executor& loop;
  const Config& config;

  // Loop only.
  Adapter adapter;
  NamespaceHandlers handlers;
  BroadcastAcks broadcast_acks;
  AckId next_ack = 0;  // ids of emits to one socket and to many: one of the two waits for each
};

// A packet's frames: the text, then its attachments.
[[nodiscard]] std::vector<engineio::Frame> make_frames(std::string_view text,
                                                       const std::vector<std::string>& attachments);

}  // namespace skat::socketio
