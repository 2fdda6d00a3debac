// Streams: fetches partitions from an offset on. One client of librdkafka reads a partition once, so the n-th reader of
// a partition gets the n-th client: as many clients as the partition with the most readers has readers. Lives on: the
// "log-kafka" worker, except where said. Ends by: destruction, after that worker has ended.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "log/kafka/client.hpp"
#include "log/kafka/config.hpp"
#include "log/log.hpp"

namespace skat::log::kafka {

// What one reader gets: entries from its start offset on, in a queue of its own. Taken from on the owner.
struct Stream {
  std::size_t client = 0;
  Partition partition;
  std::unique_ptr<Wake> wake;  // outlives the queue
  QueueHandle queue;
};

class Streams {
 public:
  explicit Streams(const Config& config) : config_(config) {}

  // No queue in the answer: no client could be made; the reason is logged.
  [[nodiscard]] Stream open_blocking(Partition partition, Offset from, base::Function<void()> wake);
  void close_blocking(Stream stream);

 private:
  struct Reading {
    Client client;
    std::vector<bool> taken;  // by partition
  };
  const Config config_;
  std::vector<Reading> clients_;
};

// Any thread, one at a time. Takes what has come: each with its offset; nothing when the queue is empty.
struct Taken {
  enum class Kind { nothing, entry, out_of_range, trouble };
  Kind kind = Kind::nothing;
  Entry entry = {};
  std::string trouble = {};
};
[[nodiscard]] Taken take_from(Stream& stream);

}  // namespace skat::log::kafka
