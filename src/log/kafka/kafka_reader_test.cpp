// A reader whose stream is not what it asked for: the host opens it elsewhere, and says where the log begins.
#include "log/kafka/kafka_reader.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "log/errc.hpp"
#include "log/kafka/testing/clocked_executor.hpp"
#include "log/kafka/testing/mock_cluster.hpp"

namespace skat::log::kafka {
namespace {

class ReaderTest : public ::testing::Test, public ReaderHost {
 protected:
  static constexpr Partition kFirst{0};
  static constexpr int kEntries = 10;

  ReaderTest() {
    config_.brokers = mock_.brokers();
    config_.topic = "log";
    config_.partitions = 1;
    streams_.emplace(config_);
    write();
  }
  ~ReaderTest() override {
    reader_.reset();
    run();
  }

  // "0" … "9" at offsets 0 … 9.
  void write() {
    std::array<char, 256> text{};
    auto* conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", mock_.brokers(), text.data(), text.size());
    const ClientHandle client(rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size()));
    const TopicHandle topic(rd_kafka_topic_new(client.get(), "log", nullptr));
    for (int i = 0; i < kEntries; ++i) {
      auto value = std::to_string(i);
      rd_kafka_produce(topic.get(), 0, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), "key", 3, nullptr);
    }
    ASSERT_EQ(rd_kafka_flush(client.get(), 10'000), RD_KAFKA_RESP_ERR_NO_ERROR);
  }

  // ReaderHost: everything happens in run().
  void serve_later(Id) override {
    clock_.executor().post([this] { serve(); });
  }
  void serve_after(Id, base::Duration) override {
    ++tried_again_;
    clock_.executor().post([this] { serve(); });
  }
  void open_stream(Id, Partition partition, Offset from) override {
    opened_.push_back(from);
    if (!elsewhere_.empty()) {
      from = elsewhere_.front();
      elsewhere_.pop_front();
    }
    clock_.executor().post([this, partition, from] {
      auto stream = streams_->open_blocking(partition, from, [] {});
      if (reader_) {
        reader_->on_stream(std::move(stream));
      } else {
        streams_->close_blocking(std::move(stream));
      }
    });
  }
  void close_stream(Stream stream) override { streams_->close_blocking(std::move(stream)); }
  void ask_bounds(Id, Partition) override {
    ++asked_;
    auto answer = bounds_.front();
    if (bounds_.size() > 1) bounds_.pop_front();
    clock_.executor().post([this, answer] { reader_->on_bounds(answer); });
  }
  void forget(Id) override {}

  void serve() {
    if (reader_) reader_->serve();
  }
  void run() { clock_.executor().run(); }
  void open(Offset from) {
    ReaderHost& host = *this;
    reader_.emplace(host, 1, kFirst, from, 1024u * 1024);
  }
  result<LogReader::Batch> next(std::size_t max_entries = 100) {
    std::optional<result<LogReader::Batch>> answer;
    reader_->next(max_entries, [&](result<LogReader::Batch> got) { answer = std::move(got); });
    EXPECT_TRUE(clock_.run_until([&] {
      if (!answer) serve();
      return answer.has_value();
    }));
    return std::move(answer.value());
  }
  std::vector<std::string> read(std::size_t count) {
    std::vector<std::string> values;
    while (values.size() < count) {
      auto batch = next();
      if (!batch) break;
      for (auto& entry : *batch) values.push_back(std::move(entry.value));
    }
    return values;
  }
  static Bounds between(std::uint64_t start, std::uint64_t end) { return {.start = Offset{start}, .end = Offset{end}}; }

  testing::MockCluster mock_{"log", 1};
  Config config_;
  testing::ClockedExecutor clock_;
  std::optional<Streams> streams_;
  std::deque<Offset> elsewhere_;  // where the next streams really begin
  std::deque<result<Bounds>> bounds_{between(0, kEntries)};
  std::vector<Offset> opened_;  // as asked
  int asked_ = 0, tried_again_ = 0;
  std::optional<KafkaReader> reader_;
};

using Values = std::vector<std::string>;

TEST_F(ReaderTest, LowerEntriesAreDropped) {
  elsewhere_ = {Offset{0}};
  open(Offset{7});
  EXPECT_EQ(read(3), (Values{"7", "8", "9"}));
  EXPECT_EQ(asked_, 0);
}

TEST_F(ReaderTest, AHoleIsAskedForOnceMore) {
  elsewhere_ = {Offset{9}};
  open(Offset{7});
  EXPECT_EQ(read(3), (Values{"7", "8", "9"}));
  EXPECT_EQ(opened_, (std::vector<Offset>{Offset{7}, Offset{7}}));
  EXPECT_EQ(asked_, 0);
}

TEST_F(ReaderTest, AHoleThatStaysAboveTheStartBelongsToNoRecord) {
  elsewhere_ = {Offset{8}, Offset{8}};
  open(Offset{6});
  EXPECT_EQ(read(2), (Values{"8", "9"}));
  EXPECT_EQ(opened_.size(), 2U);
  EXPECT_EQ(asked_, 1);
}

TEST_F(ReaderTest, AHoleBelowTheStartIsLost) {
  elsewhere_ = {Offset{8}, Offset{8}};
  bounds_ = {between(8, kEntries)};
  open(Offset{6});
  const auto outcome = next();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error(), errc::offset_lost);
}

TEST_F(ReaderTest, AnUnansweredQuestionForTheStartIsAskedAgain) {
  elsewhere_ = {Offset{8}, Offset{8}, Offset{8}};
  bounds_ = {make_error_code(errc::unavailable), between(0, kEntries)};
  open(Offset{6});
  EXPECT_EQ(read(2), (Values{"8", "9"}));
  EXPECT_EQ(tried_again_, 1);
  EXPECT_EQ(asked_, 2);
}

TEST_F(ReaderTest, BeyondTheEndItReadsFromTheEndAndDropsWhatComesBefore) {
  bounds_ = {between(0, 8)};  // as it was when it was asked
  open(Offset{kEntries + 5});
  reader_->next(1, [](const result<LogReader::Batch>&) { FAIL() << "nothing lies there yet"; });
  ASSERT_TRUE(clock_.run_until([&] {
    serve();
    return opened_.size() == 2;
  }));
  EXPECT_EQ(opened_[1], Offset{8});
  for (int i = 0; i < 20; ++i) {
    clock_.run_for(std::chrono::milliseconds(10));
    serve();
  }
}

TEST_F(ReaderTest, OneAnswerTakesNoMoreThanItsLimits) {
  open(Offset{0});
  EXPECT_EQ(next(3).value().size(), 3U);
  EXPECT_EQ(read(7), (Values{"3", "4", "5", "6", "7", "8", "9"}));
  ReaderHost& host = *this;
  reader_.emplace(host, 1, kFirst, Offset{0}, std::size_t{4});
  for (int i = 0; i < kEntries; ++i) {
    const auto batch = next();
    ASSERT_EQ(batch.value().size(), 1U) << "key and value have four bytes";
    EXPECT_EQ(batch.value().front().value, std::to_string(i));
  }
}

TEST_F(ReaderTest, AReplacedLogIsLostForEver) {
  open(Offset{0});
  EXPECT_EQ(read(kEntries).size(), static_cast<std::size_t>(kEntries));
  reader_->on_log_replaced();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(next().error(), errc::offset_lost);
}

}  // namespace
}  // namespace skat::log::kafka
