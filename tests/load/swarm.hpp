// Swarm: many WebSocket clients on one thread and one epoll, speaking Engine.IO 4 over WebSocket; cheap enough that the
// server is the one that works. Blocking connect, then non-blocking; one reading buffer for all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace skat::load {

[[nodiscard]] std::int64_t now_ns();

class Swarm {
 public:
  // A text message (with its Engine.IO type) for connection `index`. Pings are answered before.
  using OnText = std::function<void(std::size_t index, std::string_view text)>;

  // ports: of one server or of several nodes; connections go to them in turn.
  Swarm(std::string host, std::vector<std::uint16_t> ports, std::string path);
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  // Opens one more connection: TCP, the upgrade, and the Engine.IO open packet. Throws when the server refuses.
  std::size_t connect();
  // One masked text frame; what the kernel does not take waits.
  void send(std::size_t index, std::string_view text);
  // Serves what is readable and writable, waiting at most `timeout_ms`.
  void poll(int timeout_ms, const OnText& on_text);
  void close_all();

  [[nodiscard]] std::size_t size() const { return connections_.size(); }
  [[nodiscard]] std::size_t closed() const { return closed_; }

 private:
  struct Connection {
    int fd = -1;
    std::string in;   // the beginning of a frame that is not complete
    std::string out;  // not yet taken by the kernel
  };
  void read(std::size_t index, const OnText& on_text);
  std::size_t take_frames(std::size_t index, std::string_view bytes, const OnText& on_text);
  void flush(std::size_t index);
  void drop(std::size_t index);

  std::string host_, path_;
  std::vector<std::uint16_t> ports_;
  int epoll_;
  std::size_t closed_ = 0;
  std::vector<Connection> connections_;
  std::vector<char> buffer_;
};

}  // namespace skat::load
