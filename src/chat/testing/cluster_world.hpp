// ClusterWorld: several nodes on the same disks, joined by a bus, in one time.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "chat/testing/chat_world.hpp"

namespace skat::chat::testing {

class ClusterWorld {
 public:
  class Place final : public Asker {
   public:
    explicit Place(ClusterWorld& world) : world_(world) {}
    Node& node() override { return *life->node; }
    base::testing::ManualExecutor& executor() override { return world_.core; }

    Power power;
    std::optional<CopyDisk> copies;  // set: its nodes keep copies of their own there
    std::unique_ptr<Life> life;

   private:
    ClusterWorld& world_;
  };

  static Config live() {
    Config config;
    config.cluster = config.live = true;
    return config;
  }

  explicit ClusterWorld(std::size_t nodes = 2, Config given = live(), std::size_t partitions = 1)
      : config(given), log_disk(partitions) {
    for (std::size_t i = 0; i < nodes; ++i) places_.push_back(std::make_unique<Place>(*this));
  }
  // What is under way must not outlive what it is about.
  ~ClusterWorld() {
    for (auto& place : places_) {
      if (place->life) kill_place(*place);
    }
  }

  Config config;
  base::testing::ManualExecutor core;
  BusHub hub;
  LogDisk log_disk;
  StoreDisk store_disk;

  Place& operator[](std::size_t i) { return *places_[i]; }
  void advance(base::Duration by) { core.advance(by); }

  // A new process at this place; not started. It owns nothing until own().
  Life& boot(std::size_t i) {
    Place& place = *places_[i];
    if (place.life) kill(i);
    place.power.restore();
    place.life = std::make_unique<Life>(config, core, hub, log_disk, store_disk, place.power,
                                        place.copies ? &*place.copies : nullptr);
    place.life->log.members_start_empty = true;
    return *place.life;
  }
  void start(std::size_t i) {
    boot(i);
    const auto ready = (*this)[i].ask<void>([&](Done<void> done) { places_[i]->node().start(std::move(done)); });
    EXPECT_TRUE(ready) << ready.error().message();
  }
  // All nodes ready; node 0 owns everything, and the others rely on it.
  void start_all() {
    for (std::size_t i = 0; i < places_.size(); ++i) start(i);
    own(0);
    advance(seconds(10));
  }
  // From now on this node owns every partition, as far as the group is concerned.
  void own(std::size_t i) {
    std::vector<log::Partition> all;
    for (std::uint32_t number = 0; number < log_disk.partitions.size(); ++number) all.emplace_back(number);
    const std::string group = config.group_prefix + "-live";
    for (auto& place : places_) {
      if (place->life) place->life->log.take(group, all);
    }
    core.run();
    places_[i]->life->log.give(group, all);
    core.run();
  }
  // Without a word.
  void kill(std::size_t i) {
    kill_place(*places_[i]);
    dead_.push_back(std::move(places_[i]->life));
  }

 private:
  static void kill_place(Place& place) {
    place.power.cut_after(0);
    place.life->bus.unplug();
    place.life->node.reset();
  }

  std::vector<std::unique_ptr<Life>> dead_;  // their last tasks may still be on the executor
  std::vector<std::unique_ptr<Place>> places_;
};

}  // namespace skat::chat::testing
