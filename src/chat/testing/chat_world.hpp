// ChatWorld: disks that stay, and one life of a node on them after another.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/testing/manual_executor.hpp"
#include "chat/node.hpp"
#include "chat/testing/lossy_bus.hpp"
#include "chat/testing/memory_copies.hpp"
#include "chat/testing/memory_log.hpp"
#include "chat/testing/memory_store.hpp"
#include "chat/testing/recording_fanout.hpp"

namespace skat::chat::testing {

using std::chrono::milliseconds;
using std::chrono::seconds;

// One process: gone with all that was not on the disks.
struct Life {
  // `copy_disk`: nullptr for a node that keeps no copies of its own.
  Life(const Config& config, base::testing::ManualExecutor& executor, BusHub& hub, LogDisk& log_disk,
       StoreDisk& store_disk, Power& power, CopyDisk* copy_disk = nullptr)
      : core(executor),
        log(core, log_disk, power),
        bus(core, hub),
        store(core, store_disk, power),
        copies(copy_disk != nullptr ? std::make_unique<MemoryCopies>(core, *copy_disk, power) : nullptr),
        node(make_node(config, core, log, bus, store, fanout, copies.get())) {}

  base::testing::ManualExecutor& core;
  MemoryLog log;
  LossyBus bus;
  MemoryStore store;
  RecordingFanout fanout;
  std::unique_ptr<MemoryCopies> copies;
  std::unique_ptr<Node> node;
};

// Asks one node, and lets the world's time pass until it answers.
class Asker {
 public:
  virtual ~Asker() = default;
  virtual Node& node() = 0;
  virtual base::testing::ManualExecutor& executor() = 0;

  void run() { executor().run(); }
  void advance(base::Duration by) { executor().advance(by); }

  // Asks and waits up to 20 s of the world's time.
  template <class T, class Call>
  result<T> ask(Call call) {
    auto got = std::make_shared<std::optional<result<T>>>();  // an answer may come after the test has given up
    call([got](result<T> answer) { *got = std::move(answer); });
    run();
    for (int i = 0; i < 2'000 && !*got; ++i) advance(milliseconds(10));
    if (!*got) {
      ADD_FAILURE() << "no answer";
      return errc::unknown;
    }
    return **got;
  }

  result<Welcome> authenticate(Credentials credentials) {
    return ask<Welcome>([&](Done<Welcome> done) { node().authenticate(std::move(credentials), std::move(done)); });
  }
  Identity guest(const std::string& name) {
    auto welcome = authenticate({name, std::nullopt, false});
    return welcome ? welcome->identity : Identity{};
  }
  result<RoomInfo> create(const Identity& who, const std::string& name, model::Access access = model::Access::open) {
    return ask<RoomInfo>([&](Done<RoomInfo> done) { node().create_room(who, name, access, std::move(done)); });
  }
  static Submission submission(const Identity& who, const model::RoomId& room, const std::string& text,
                               std::optional<std::uint64_t> n = std::nullopt) {
    Submission wanted;
    wanted.kind = model::RecordKind::message_send;
    wanted.room = room;
    wanted.who = who;
    wanted.text = text;
    if (n) wanted.n = model::N{*n};
    return wanted;
  }
  result<Accepted> submit(Submission wanted) {
    return ask<Accepted>([&](Done<Accepted> done) { node().submit(std::move(wanted), std::move(done)); });
  }
  result<Accepted> send(const Identity& who, const model::RoomId& room, const std::string& text,
                        std::optional<std::uint64_t> n = std::nullopt) {
    return submit(submission(who, room, text, n));
  }
  result<Accepted> join(const Identity& who, const model::RoomId& room) {
    auto wanted = submission(who, room, {});
    wanted.kind = model::RecordKind::member_join;
    return submit(std::move(wanted));
  }
  result<Accepted> leave(const Identity& who, const model::RoomId& room) {
    auto wanted = submission(who, room, {});
    wanted.kind = model::RecordKind::member_leave;
    return submit(std::move(wanted));
  }
  result<HistoryPage> history(HistoryRequest request) {
    return ask<HistoryPage>([&](Done<HistoryPage> done) { node().history(request, std::move(done)); });
  }
  result<StreamStart> open(LoopIndex loop, const model::RoomId& room, const Identity& who,
                           std::optional<Cursor> from = std::nullopt) {
    return ask<StreamStart>(
        [&](Done<StreamStart> done) { node().open_stream({loop, room, who.user, from}, std::move(done)); });
  }
  // Every event of a room, by pages.
  std::vector<FeedEventPtr> whole_history(const model::RoomId& room, const model::UserId& user, std::size_t limit) {
    std::vector<FeedEventPtr> all;
    model::Seq after;
    for (;;) {
      auto page = history({room, user, std::nullopt, after, limit});
      if (!page || !page->complete) {
        ADD_FAILURE() << "an incomplete page";
        return all;
      }
      all.insert(all.end(), page->events.begin(), page->events.end());
      if (!page->more) return all;
      after = all.back()->seq;
    }
  }
};

class ChatWorld : public Asker {
  BusHub hub_;
  std::unique_ptr<base::testing::ManualExecutor> executor_;

 public:
  explicit ChatWorld(Config given = {}, std::size_t partitions = 1) : config(given), log_disk(partitions) {}

  Config config;
  Power power;
  LogDisk log_disk;
  StoreDisk store_disk;
  std::unique_ptr<Life> life;

  // A new process; not started.
  Life& boot() {
    life.reset();
    power.restore();
    executor_ = std::make_unique<base::testing::ManualExecutor>();
    life = std::make_unique<Life>(config, *executor_, hub_, log_disk, store_disk, power);
    return *life;
  }
  // A new process, ready.
  Life& start() {
    boot();
    EXPECT_TRUE(try_start());
    return *life;
  }
  result<void> try_start() {
    return ask<void>([this](Done<void> done) { life->node->start(std::move(done)); });
  }
  void stop() {
    bool stopped = false;
    life->node->stop([&] { stopped = true; });
    for (int i = 0; i < 2'000 && !stopped; ++i) life->core.advance(milliseconds(10));
    EXPECT_TRUE(stopped);
    life.reset();
  }
  Node& node() override { return *life->node; }
  base::testing::ManualExecutor& executor() override { return *executor_; }
};

inline std::vector<std::uint64_t> seqs(const std::vector<FeedEventPtr>& events) {
  std::vector<std::uint64_t> numbers;
  for (const FeedEventPtr& event : events) numbers.push_back(event->seq.value());
  return numbers;
}
inline std::vector<std::uint64_t> numbers(std::uint64_t first, std::uint64_t last) {
  std::vector<std::uint64_t> all;
  for (std::uint64_t n = first; n <= last; ++n) all.push_back(n);
  return all;
}

}  // namespace skat::chat::testing
