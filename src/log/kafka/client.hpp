// Client: one connected instance of librdkafka (its threads and connections) and the handle of our topic on it.
// Lives on: whoever made it; librdkafka's calls may come from any thread.
// Ends by: destruction, which joins its threads: milliseconds, so it belongs on a Worker.
#pragma once

#include <atomic>
#include <string>
#include <utility>

#include "base/function.hpp"
#include "log/kafka/config.hpp"
#include "log/kafka/handles.hpp"

namespace skat::log::kafka {

enum class Role {
  producer,  // idempotent, gapless, acks=all; delivery reports and errors are events of its main queue
  reader,    // fetches
  member,    // of a consumer group; rebalances and errors are events of its consumer queue
  control,   // asks and administers, never waits behind a fetch; errors are events of its main queue (take_trouble())
};

struct Client {
  ClientHandle handle;
  TopicHandle topic;

  Client() = default;
  ~Client() { close(); }
  Client(Client&&) noexcept = default;
  Client& operator=(Client&& other) noexcept {
    close();
    handle = std::move(other.handle);
    topic = std::move(other.topic);
    return *this;
  }
  // The topic goes before its client.
  void close() {
    topic.reset();
    handle.reset();
  }
};

// `problem` is one sentence: a property that this librdkafka does not know, a certificate that cannot be read, ….
struct OpenedClient {
  Client client;
  std::string problem;  // empty: opened
};
// group: of a member.
[[nodiscard]] OpenedClient open_client(const Config& config, Role role, const std::string& group = {});

// Wakes whoever serves a queue: at most one call between two arm()s, on a thread of librdkafka, which must not be held
// up. Outlives the queue it is given to.
class Wake {
 public:
  explicit Wake(base::Function<void()> call) : call_(std::move(call)) {}
  void arm() { sent_.store(false); }
  void operator()() {
    if (!sent_.exchange(true)) call_();
  }

 private:
  base::Function<void()> call_;
  std::atomic<bool> sent_{false};
};
// The queue calls `wake` whenever it stops being empty. Serving it is: arm(), then take until it is empty.
void wake_on_arrival(rd_kafka_queue_s* queue, Wake& wake);

}  // namespace skat::log::kafka
