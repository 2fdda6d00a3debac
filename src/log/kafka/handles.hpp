// Owners of librdkafka's objects. <librdkafka/rdkafka.h> itself stays in the .cpp files; these are its own type names.
#pragma once

#include <memory>

struct rd_kafka_s;
struct rd_kafka_topic_s;
struct rd_kafka_queue_s;
struct rd_kafka_message_s;

namespace skat::log::kafka {

struct HandleDeleter {
  // Joins librdkafka's threads of that client.
  void operator()(rd_kafka_s* client) const noexcept;
  void operator()(rd_kafka_topic_s* topic) const noexcept;
  // Switches the queue's wake-up off first: it is not called afterwards.
  void operator()(rd_kafka_queue_s* queue) const noexcept;
  void operator()(rd_kafka_message_s* message) const noexcept;
};
using ClientHandle = std::unique_ptr<rd_kafka_s, HandleDeleter>;
using TopicHandle = std::unique_ptr<rd_kafka_topic_s, HandleDeleter>;
using QueueHandle = std::unique_ptr<rd_kafka_queue_s, HandleDeleter>;
using MessageHandle = std::unique_ptr<rd_kafka_message_s, HandleDeleter>;

}  // namespace skat::log::kafka
