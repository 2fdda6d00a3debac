// librdkafka's own mock of a cluster: errors and delays at the wanted moment. For tests alone.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>

#include "log/kafka/handles.hpp"

namespace skat::log::kafka::testing {

class MockCluster {
 public:
  MockCluster(const char* topic, int partitions, int brokers = 1) {
    std::array<char, 256> text{};
    auto* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "0", text.data(), text.size());
    host_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size()));
    cluster_ = rd_kafka_mock_cluster_new(host_.get(), brokers);
    rd_kafka_mock_topic_create(cluster_, topic, partitions, 1);
  }
  ~MockCluster() { rd_kafka_mock_cluster_destroy(cluster_); }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  [[nodiscard]] rd_kafka_mock_cluster_t* get() const { return cluster_; }
  [[nodiscard]] const char* brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }

 private:
  ClientHandle host_;
  rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace skat::log::kafka::testing
