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
#include "socketio/recovery_store.hpp"

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
        broadcast_acks(with.max_pending_broadcasts),
        recovery(with.recovery ? std::make_unique<RecoveryStore>(*with.recovery, on) : nullptr) {}

  // Whether the client's library would take such a packet; if not, it is logged.
  [[nodiscard]] bool may_send(std::string_view event, std::size_t attachments) const;

  // An event's frames. With recovery it gets an offset and is remembered for those of `to` who come back.
  [[nodiscard]] std::vector<engineio::Frame> make_event(const Selection& to, std::string_view event,
                                                        std::string_view args_json,
                                                        const std::vector<std::string>& attachments);

  // Set at construction.
  Namespace& nsp;
  const std::string_view nsp_name;
  base::Executor& loop;
  const Config& config;

  // Loop only.
  Adapter adapter;
  NamespaceHandlers handlers;
  BroadcastAcks broadcast_acks;
  const std::unique_ptr<RecoveryStore> recovery;  // null: off
  std::size_t sockets = 0;                        // that have not ended, connecting ones included
  base::Function<void()> on_empty;                // the last of them has ended
  AckId next_ack = 0;  // ids of emits to one socket and to many: one of the two waits for each
};

// A packet's frames: the text, then its attachments.
[[nodiscard]] std::vector<engineio::Frame> make_frames(std::string_view text,
                                                       const std::vector<std::string>& attachments);

}  // namespace skat::socketio
