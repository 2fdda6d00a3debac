#include "net/send_queue.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <random>
#include <string>

#include "net/fd.hpp"
#include "net/loop_stats.hpp"

namespace skat::net {
namespace {

using Progress = SendQueue::Progress;

// A queue that writes into one end of a socket pair; the test reads the other.
class SendQueueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    ours_ = Stream(Fd(ends[0]));
    theirs_ = Fd(ends[1]);
  }
  void TearDown() override { queue_.clear(pool_); }

  void push(std::string bytes) { queue_.push(base::share(std::move(bytes)), pool_); }
  Progress write() { return queue_.write_to(ours_, *scratch_, pool_, stats_); }
  std::string read() {
    std::string all;
    std::array<char, 65'536> buffer;
    for (ssize_t got; (got = ::read(theirs_.get(), buffer.data(), buffer.size())) > 0;) {
      all.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

  Stream ours_;
  Fd theirs_;
  std::unique_ptr<SendScratch> scratch_ = std::make_unique<SendScratch>();
  ChunkPool pool_;
  LoopStats stats_;
  SendQueue queue_;
};

TEST_F(SendQueueTest, ManyFramesLeaveInOneWriteAndInOrder) {
  std::string expected;
  for (int i = 0; i < 300; ++i) {
    const std::string frame = std::string(i % 7 == 0 ? 600 : 20, static_cast<char>('a' + i % 26)) + std::to_string(i);
    expected += frame;
    push(frame);
  }
  EXPECT_EQ(queue_.bytes(), expected.size());
  EXPECT_EQ(queue_.frames(), 300U);
  EXPECT_EQ(write(), Progress::drained);
  EXPECT_EQ(stats_.writes, 1U);
  EXPECT_EQ(stats_.frames_out, 300U);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(queue_.bytes(), 0U);
  EXPECT_EQ(read(), expected);
}

TEST_F(SendQueueTest, GoesOnWhereTheKernelStopped) {
  std::mt19937 random(3);  // NOLINT: the test must repeat
  std::string expected, got;
  bool was_blocked = false;
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 20; ++i) {
      const std::string frame(1 + random() % (i % 5 == 0 ? 40'000 : 700), static_cast<char>('A' + random() % 26));
      expected += frame;
      push(frame);
    }
    was_blocked |= write() == Progress::blocked;
    if (round % 3 == 0) got += read();
    ASSERT_EQ(queue_.empty(), queue_.bytes() == 0);
  }
  while (!queue_.empty()) {
    ASSERT_NE(write(), Progress::failed);
    got += read();
  }
  got += read();
  EXPECT_TRUE(was_blocked);
  EXPECT_TRUE(got == expected);
}

TEST_F(SendQueueTest, OneTurnWritesNoMoreThanItsShare) {
  int size = 8 << 20;
  ASSERT_EQ(::setsockopt(ours_.fd(), SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof size), 0);
  for (int i = 0; i < 10'000; ++i) push(std::string(100, 'x'));
  EXPECT_EQ(write(), Progress::more);
  EXPECT_LE(stats_.writes, 8U);
  while (write() == Progress::more) {
  }
  EXPECT_TRUE(queue_.empty());
}

TEST_F(SendQueueTest, AFrameIsFreedWhenTheKernelHasIt) {
  const auto frame = base::share(std::string(100, 'x'));
  for (int i = 0; i < 50; ++i) queue_.push(frame, pool_);
  EXPECT_EQ(frame.use_count(), 51);
  EXPECT_EQ(write(), Progress::drained);
  EXPECT_EQ(frame.use_count(), 1);
  for (int i = 0; i < 50; ++i) queue_.push(frame, pool_);
  queue_.clear(pool_);
  EXPECT_EQ(frame.use_count(), 1);
}

TEST_F(SendQueueTest, AnEmptyFrameIsNothing) {
  push("");
  queue_.push(nullptr, pool_);
  EXPECT_TRUE(queue_.empty());
  EXPECT_EQ(write(), Progress::drained);
  EXPECT_EQ(stats_.writes, 0U);
}

TEST_F(SendQueueTest, SaysWhenTheConnectionIsGone) {
  theirs_.reset();
  push("into the void");
  EXPECT_EQ(write(), Progress::failed);
}

}  // namespace
}  // namespace skat::net
