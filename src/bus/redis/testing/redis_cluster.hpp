// A real Redis Cluster of three masters without replicas, on loopback.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bus/redis/slot_map.hpp"
#include "bus/redis/testing/redis_server.hpp"

namespace skat::bus::redis::testing {

class RedisCluster {
 public:
  static constexpr std::size_t kMasters = 3;

  RedisCluster() {
    for (std::size_t i = 0; i < kMasters; ++i) {
      masters_.push_back(
          std::make_unique<RedisServer>(std::vector<std::string>{"--cluster-enabled", "yes", "--cluster-config-file",
                                                                 "nodes.conf", "--cluster-node-timeout", "5000"},
                                        free_port(kBusPort)));
      const auto first = i * kSlots / kMasters, last = (i + 1) * kSlots / kMasters - 1;
      (void)masters_[i]->tell(
          fmt::format("CLUSTER SET-CONFIG-EPOCH {}\r\nCLUSTER ADDSLOTSRANGE {} {}", i + 1, first, last));
      if (i > 0) (void)masters_[i]->tell(fmt::format("CLUSTER MEET 127.0.0.1 {}", masters_[0]->port()));
    }
    for (int attempt = 0; !is_whole(); ++attempt) {
      if (attempt > 600) throw std::runtime_error("a Redis Cluster did not come together");
      std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }

  [[nodiscard]] RedisServer& master(std::size_t i) { return *masters_[i]; }
  // Who has that slot at first.
  [[nodiscard]] static std::size_t master_of(std::uint16_t slot) {
    for (std::size_t i = 0; i + 1 < kMasters; ++i) {
      if (slot < (i + 1) * kSlots / kMasters) return i;
    }
    return kMasters - 1;
  }

  void move_slot(std::uint16_t slot, std::size_t from, std::size_t to) {
    (void)masters_[to]->tell(fmt::format("CLUSTER SETSLOT {} IMPORTING {}", slot, id(from)));
    (void)masters_[from]->tell(fmt::format("CLUSTER SETSLOT {} MIGRATING {}", slot, id(to)));
    for (const auto i : {to, from}) (void)masters_[i]->tell(fmt::format("CLUSTER SETSLOT {} NODE {}", slot, id(to)));
  }

  [[nodiscard]] bool is_whole() const {
    for (const auto& master : masters_) {
      const auto info = master->tell("CLUSTER INFO");
      if (info.find("cluster_state:ok") == std::string::npos ||
          info.find(fmt::format("cluster_known_nodes:{}\r", kMasters)) == std::string::npos ||
          info.find(fmt::format("cluster_slots_ok:{}\r", kSlots)) == std::string::npos) {
        return false;
      }
    }
    return true;
  }

 private:
  static constexpr std::uint16_t kBusPort = 10'000;  // so far above a node's port the nodes talk

  [[nodiscard]] std::string id(std::size_t i) const {
    const auto answer = masters_[i]->tell("CLUSTER MYID");  // $40, the id
    return answer.substr(answer.find('\n') + 1, 40);
  }

  std::vector<std::unique_ptr<RedisServer>> masters_;
};

}  // namespace skat::bus::redis::testing
