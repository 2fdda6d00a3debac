// SocketFanout: how the core speaks to the sockets of all loops. An event is encoded once here, whatever the number of
// loops and sockets.
// Lives on: the core executor.
// Ends by: destruction on the core thread, after the node and the loops.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/function.hpp"
#include "base/mailbox.hpp"
#include "chat/fanout.hpp"
#include "gateway/loop_outlet.hpp"
#include "gateway/wire.hpp"

namespace skat::gateway {

class LoopGateway;

class SocketFanout final : public chat::Fanout {
 public:
  explicit SocketFanout(base::TaskMailbox& requests) : requests_(requests) {}
  // In the order of the loops, before they run.
  void add_loop(LoopOutlet& outlet, LoopGateway& gateway) { loops_.push_back({&outlet, &gateway}); }

  // chat::Fanout
  void deliver(std::span<const chat::LoopIndex> loops, chat::FeedEventPtr event) override;
  void resync(std::span<const chat::LoopIndex> loops, model::RoomId room, std::string reason) override;
  void typing(std::span<const chat::LoopIndex> loops, model::RoomId room, chat::Identity who, bool on) override;
  void presence(chat::PresenceNews news) override;
  void room_joined(model::UserId user, chat::RoomInfo room) override;
  void room_left(model::UserId user, model::RoomId room) override;
  void marked_read(model::UserId user, model::RoomId room, model::Seq seq, model::MSeq mseq) override;

  // Ends this user's streams of the room on every loop, each after event `seq` has gone out there; then `ended` runs on
  // the core. Limit: `ended` is lost if "core.requests" is full at that moment; the asker repeats his request.
  void end_user(const model::RoomId& room, const model::UserId& user, model::Seq seq, base::Function<void()> ended);

 private:
  struct Loop {
    LoopOutlet* outlet;
    LoopGateway* gateway;
  };
  void tell_user(const model::UserId& user, std::string_view event, std::string_view args_json);

  // set at construction
  base::TaskMailbox& requests_;
  std::vector<Loop> loops_;

  // core only
  RequestParser parser_;
};

}  // namespace skat::gateway
