// RedisConnection: one TCP or TLS connection to a Redis server, from the look-up of its name to its end: log-in,
// replies, bytes to send, and the watch over a server that has gone silent. Lives on: an IoThread. Ends by: a failure,
// told once by on_failed(), or destruction; no callback runs after either.
#pragma once

#include <memory>
#include <string>

#include "base/io_thread.hpp"
#include "bus/redis/config.hpp"
#include "bus/redis/handshake.hpp"
#include "bus/redis/resp.hpp"

namespace skat::bus::redis {

class RedisConnection {
 public:
  // Never called from inside a method; none may destroy the connection.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void on_ready(RedisConnection& connection) = 0;  // logged in
    virtual void on_reply(RedisConnection& connection, const resp::Reply& reply) = 0;
    virtual void on_read_end(RedisConnection& connection) = 0;        // all that had arrived has been told
    virtual void on_keep_alive_due(RedisConnection& connection) = 0;  // send something that will be answered
    virtual void on_failed(RedisConnection& connection, const std::string& problem) = 0;  // a sentence
  };

  // Connects at once. `config` and `listener` outlive it.
  RedisConnection(base::IoThread& thread, const Config& config, std::string client_name, Listener& listener);
  ~RedisConnection();
  RedisConnection(const RedisConnection&) = delete;
  RedisConnection& operator=(const RedisConnection&) = delete;

  // Once ready: bytes are appended here, and flush() sends all that have gathered in one write, or, while one is under
  // way, in the next. Not limited here: the caller counts what it sends.
  [[nodiscard]] std::string& out();
  void flush();

  // While paused nothing is read, and silence says nothing about the server.
  void pause_reading();
  void resume_reading();

  [[nodiscard]] const ServerInfo& server() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // shared with Asio's handlers, which may outlive this
};

}  // namespace skat::bus::redis
