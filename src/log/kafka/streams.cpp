#include "log/kafka/streams.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <utility>

#include "base/logger.hpp"

namespace skat::log::kafka {

Stream Streams::open_blocking(Partition partition, Offset from, base::Function<void()> wake) {
  const auto at = partition.value();
  auto found = std::ranges::find_if(clients_, [&](const Reading& reading) { return !reading.taken[at]; });
  if (found == clients_.end()) {
    auto opened = open_client(config_, Role::reader);
    if (!opened.problem.empty()) {
      base::log(base::LogLevel::error, "log", "{}", opened.problem);
      return {};
    }
    clients_.push_back({.client = std::move(opened.client), .taken = std::vector<bool>(config_.partitions)});
    found = std::prev(clients_.end());
  }
  Stream stream{.client = static_cast<std::size_t>(found - clients_.begin()),
                .partition = partition,
                .wake = std::make_unique<Wake>(std::move(wake)),
                .queue = QueueHandle(rd_kafka_queue_new(found->client.handle.get()))};
  wake_on_arrival(stream.queue.get(), *stream.wake);
  if (rd_kafka_consume_start_queue(found->client.topic.get(), static_cast<std::int32_t>(at),
                                   static_cast<std::int64_t>(from.value()), stream.queue.get()) != 0) {
    base::log(base::LogLevel::error, "log", "partition {} cannot be read: {}", at,
              rd_kafka_err2str(rd_kafka_last_error()));
    return {};
  }
  found->taken[at] = true;
  return stream;
}

void Streams::close_blocking(Stream stream) {
  if (!stream.queue) return;
  auto& reading = clients_[stream.client];
  (void)rd_kafka_consume_stop(reading.client.topic.get(), static_cast<std::int32_t>(stream.partition.value()));
  reading.taken[stream.partition.value()] = false;
}

Taken take_from(Stream& stream) {
  const MessageHandle message(rd_kafka_consume_queue(stream.queue.get(), 0));
  if (!message) return {};
  if (message->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET || message->err == RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE) {
    return {.kind = Taken::Kind::out_of_range};
  }
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return {.kind = Taken::Kind::trouble, .trouble = rd_kafka_message_errstr(message.get())};
  }
  const auto text = [](const void* bytes, std::size_t size) {
    return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
  };
  return {.kind = Taken::Kind::entry,
          .entry = {.offset = Offset{static_cast<std::uint64_t>(message->offset)},
                    .append_time = base::from_millis(rd_kafka_message_timestamp(message.get(), nullptr)),
                    .key = text(message->key, message->key_len),
                    .value = text(message->payload, message->len)}};
}

}  // namespace skat::log::kafka
