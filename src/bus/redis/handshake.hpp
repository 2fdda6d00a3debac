// Handshake: what is said on a new connection before anything else: HELLO 3 with the log-in, or, to a server older than
// Redis 6, AUTH and RESP2; then the client's name. Sans-I/O.
// Lives on: its connection.
// Ends by: a step that is done or has a problem.
// Spec: redis.io, commands HELLO, AUTH, CLIENT SETNAME.
#pragma once

#include <string>
#include <string_view>

#include "bus/redis/resp.hpp"

namespace skat::bus::redis {

struct ServerInfo {
  int protocol = 2;      // RESP
  int major = 0;         // of the server's version; 0: it did not say
  bool replica = false;  // what is published there reaches nobody at the master
  bool cluster = false;
};

// What HELLO answers; nothing when it is an error or no list of keys and values.
[[nodiscard]] std::optional<ServerInfo> read_hello(const resp::Reply& reply);

class Handshake {
 public:
  struct Step {
    std::string send;  // further bytes
    bool done = false;
    std::string problem;  // a sentence without secrets: this connection is of no use
  };

  Handshake(std::string user, std::string password, std::string client_name);

  // The first bytes.
  [[nodiscard]] std::string begin() const;
  // For every reply until the end.
  [[nodiscard]] Step on_reply(const resp::Reply& reply);
  [[nodiscard]] const ServerInfo& info() const noexcept { return info_; }

 private:
  enum class State { hello, auth, name };

  [[nodiscard]] Step name();
  [[nodiscard]] Step refused(std::string_view by, std::string_view error) const;

  const std::string user_, password_, client_name_;
  State state_ = State::hello;
  ServerInfo info_;
};

}  // namespace skat::bus::redis
