// LoopGateway: the gateway of one loop: its Socket.IO server's namespaces on one side, its line to chat on the other.
// Lives on: its loop; made before the loop runs.
// Ends by: destruction after the loop has stopped.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/executor.hpp"
#include "gateway/config.hpp"
#include "gateway/core_line.hpp"
#include "gateway/numbers.hpp"
#include "gateway/people.hpp"
#include "gateway/room_streams.hpp"
#include "gateway/wire.hpp"
#include "socketio/server.hpp"

namespace skat::gateway {

class SocketFanout;

class LoopGateway final : private StreamSource {
 public:
  // Registers the namespaces.
  LoopGateway(chat::LoopIndex index, const Config& config, base::Executor& loop, socketio::Server& server,
              base::TaskMailbox& requests, chat::Node& node, SocketFanout& fanout, LoopOutlet& outlet,
              LoopNumbers& numbers);
  ~LoopGateway() override;
  LoopGateway(const LoopGateway&) = delete;
  LoopGateway& operator=(const LoopGateway&) = delete;

  // Once chat takes requests: opens the lobby for namespace "/", for as long as the loop lives.
  void open_lobby();

  // For the handlers.
  [[nodiscard]] const Config& config() const noexcept { return config_; }
  [[nodiscard]] base::Executor& loop() noexcept { return loop_; }
  [[nodiscard]] RequestParser& parser() noexcept { return parser_; }
  [[nodiscard]] CoreLine& core() noexcept { return core_; }
  [[nodiscard]] RoomStreams& streams() noexcept { return streams_; }
  [[nodiscard]] People& people() noexcept { return people_; }
  [[nodiscard]] LoopNumbers& numbers() noexcept { return numbers_; }
  // Core thread only.
  [[nodiscard]] SocketFanout& fanout() noexcept { return fanout_; }

  // From the core, through this loop's outlet.
  void on_event(const OutgoingEventPtr& out);
  void on_resync(const model::RoomId& room, std::string_view reason);
  void on_typing(const model::RoomId& room, const model::UserId& who, const engineio::Frame& frame);
  void on_presence(const model::RoomId& room, const engineio::Frame& frame);
  void on_user_event(const model::UserId& user, const engineio::Frame& frame);

 private:
  // StreamSource
  void open_stream(chat::StreamRequest request, chat::Done<chat::StreamStart> done) override;
  void close_stream(const model::RoomId& room) override;
  void broadcast(const std::string& room_name, const engineio::Frame& frame) override;

  // set at construction
  const chat::LoopIndex index_;
  const Config& config_;
  base::Executor& loop_;
  SocketFanout& fanout_;
  LoopNumbers& numbers_;
  socketio::Namespace& chat_;
  socketio::Namespace& root_;

  // loop only
  CoreLine core_;
  RequestParser parser_;
  RoomStreams streams_;
  People people_;
  StreamSocketPtr lobby_audience_;  // stands for all sockets of namespace "/"
};

}  // namespace skat::gateway
