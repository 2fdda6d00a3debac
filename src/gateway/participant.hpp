// Participant: one socket of /chat and the identity it proved.
// Lives on: the loop of its socket.
// Ends by: the socket's end; requests under way keep it a little longer, and then talk to nobody.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "chat/types.hpp"
#include "gateway/numbers.hpp"
#include "gateway/people.hpp"
#include "gateway/room_streams.hpp"
#include "socketio/socket.hpp"

namespace skat::gateway {

class Participant final : public StreamSocket {
 public:
  // Set by the CONNECT handler once chat has answered.
  chat::Identity who;
  std::string welcome_json;  // emptied when it is sent
  std::weak_ptr<socketio::Socket> socket;
  People* people = nullptr;       // of the loop, once connected
  std::size_t open_requests = 0;  // Limit: Config::max_open_requests

  // StreamSocket
  void send(const engineio::Frame& frame) override;
  void join(const std::string& room_name) override;
  void leave(const std::string& room_name) override;
  void resync(const model::RoomId& room, std::string_view reason) override;
};

// The Socket.IO room of all sockets of one user on a loop.
[[nodiscard]] std::string user_room(const model::UserId& user);

// Reply: the one answer to one request; moved along until it is given. Without an acknowledgement asked for, it only
// counts.
class Reply {
 public:
  Reply(socketio::Ack ack, LoopNumbers& numbers, std::shared_ptr<Participant> asker);
  void ok(std::string_view json);
  void error(const error_code& error);

 private:
  void give(std::string_view json);

  socketio::Ack ack_;
  LoopNumbers* numbers_;
  std::shared_ptr<Participant> asker_;  // null for namespace "/"
};

}  // namespace skat::gateway
