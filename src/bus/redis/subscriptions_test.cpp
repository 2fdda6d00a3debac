#include "bus/redis/subscriptions.hpp"

#include <gtest/gtest.h>

#include "bus/redis/resp.hpp"

namespace skat::bus::redis {
namespace {

class SubscriptionsTest : public ::testing::Test {
 protected:
  void add(const std::string& channel, std::uint64_t generation = 1) {
    table_.apply({Change::Kind::subscribe, {base::share(channel), generation}});
  }
  void remove(const std::string& channel) { table_.apply({Change::Kind::unsubscribe, {base::share(channel), 0}}); }

  // The commands that are due, "SUBSCRIBE p:a p:b; …".
  std::string commands() {
    std::string bytes, joined;
    table_.take_commands(bytes);
    resp::Reader reader;
    for (std::string_view rest = bytes; !rest.empty(); rest.remove_prefix(reader.size())) {
      EXPECT_EQ(reader.read(rest), resp::Reader::Status::complete);
      if (!joined.empty()) joined += "; ";
      for (std::size_t i = 0; i < reader.reply().size(); ++i) {
        joined += (i > 0 ? " " : "") + std::string(reader.reply().at(i).text());
      }
    }
    return joined;
  }
  std::string confirmed() {
    std::string joined;
    for (const auto& subscription : table_.take_confirmed()) {
      joined += *subscription.channel + std::to_string(subscription.generation) + " ";
    }
    return joined;
  }

  Subscriptions table_{kPlain, "p:", 3};
};

TEST_F(SubscriptionsTest, WhatOneTurnWantsGoesInAsFewCommandsAsTheLimitAllows) {
  table_.connected();
  for (const char* channel : {"a", "b", "c", "d"}) add(channel);
  remove("a");
  remove("b");
  add("e");
  EXPECT_EQ(commands(), "SUBSCRIBE p:a p:b p:c; SUBSCRIBE p:d; UNSUBSCRIBE p:a p:b; SUBSCRIBE p:e");
  EXPECT_EQ(commands(), "");
  EXPECT_EQ(table_.outstanding(), 7U);
}

TEST_F(SubscriptionsTest, AnAnswerConfirmsItsChannel) {
  table_.connected();
  add("a");
  add("b", 2);
  (void)commands();
  EXPECT_TRUE(table_.on_answer("subscribe", "p:a"));
  EXPECT_EQ(confirmed(), "a1 ");
  EXPECT_TRUE(table_.on_answer("subscribe", "p:b"));
  EXPECT_EQ(confirmed(), "b2 ");
  EXPECT_EQ(table_.outstanding(), 0U);
}

TEST_F(SubscriptionsTest, AnAnswerToAnEarlierSubscriptionDoesNotConfirmALaterOne) {
  table_.connected();
  add("a", 1);
  remove("a");
  add("a", 2);
  (void)commands();
  EXPECT_TRUE(table_.on_answer("subscribe", "p:a"));
  EXPECT_TRUE(table_.on_answer("unsubscribe", "p:a"));
  EXPECT_EQ(confirmed(), "");
  EXPECT_TRUE(table_.on_answer("subscribe", "p:a"));
  EXPECT_EQ(confirmed(), "a2 ");
}

TEST_F(SubscriptionsTest, AnAnswerOutOfTurnIsRefused) {
  EXPECT_FALSE(table_.on_answer("subscribe", "p:a"));
  table_.connected();
  add("a");
  add("b");
  (void)commands();
  EXPECT_FALSE(table_.on_answer("subscribe", "p:b"));
  EXPECT_FALSE(table_.on_answer("unsubscribe", "p:a"));
  EXPECT_FALSE(table_.on_answer("subscribe", "a"));
  EXPECT_TRUE(table_.on_answer("subscribe", "p:a"));
}

TEST_F(SubscriptionsTest, ANewConnectionWantsAllThatIsWantedNow) {
  add("a");
  add("b");
  remove("a");
  EXPECT_EQ(commands(), "");  // there is none
  table_.connected();
  EXPECT_EQ(commands(), "SUBSCRIBE p:b");
  EXPECT_TRUE(table_.on_answer("subscribe", "p:b"));
  add("c");
  (void)commands();
  table_.disconnected();
  EXPECT_EQ(confirmed(), "");
  EXPECT_FALSE(table_.on_answer("subscribe", "p:c"));
  remove("b");
  table_.connected();
  EXPECT_EQ(commands(), "SUBSCRIBE p:c");
}

TEST_F(SubscriptionsTest, FindsTheWantedChannelOfAName) {
  add("a");
  EXPECT_EQ(*table_.find("p:a"), "a");
  EXPECT_EQ(table_.find("p:b"), nullptr);
  EXPECT_EQ(table_.find("a"), nullptr);
  EXPECT_EQ(table_.find(""), nullptr);
}

TEST(ShardedSubscriptions, SpeakTheirOwnWords) {
  Subscriptions table(kSharded, "p:", 1);
  table.connected();
  table.apply({Change::Kind::subscribe, {base::share("a"), 1}});
  table.apply({Change::Kind::unsubscribe, {base::share("b"), 1}});
  std::string bytes;
  table.take_commands(bytes);
  EXPECT_EQ(bytes, "*2\r\n$10\r\nSSUBSCRIBE\r\n$3\r\np:a\r\n*2\r\n$12\r\nSUNSUBSCRIBE\r\n$3\r\np:b\r\n");
  EXPECT_FALSE(table.on_answer("subscribe", "p:a"));
  EXPECT_TRUE(table.on_answer("ssubscribe", "p:a"));
  EXPECT_TRUE(table.on_answer("sunsubscribe", "p:b"));
}

}  // namespace
}  // namespace skat::bus::redis
