#include "bus/redis/handshake.hpp"

#include <gtest/gtest.h>

namespace skat::bus::redis {
namespace {

// The words of a command, for people.
std::string words(const std::string& bytes) {
  resp::Reader reader;
  if (bytes.empty() || reader.read(bytes) != resp::Reader::Status::complete) return "";
  std::string joined;
  for (std::size_t i = 0; i < reader.reply().size(); ++i) {
    joined += (i > 0 ? " " : "") + std::string(reader.reply().at(i).text());
  }
  return joined;
}

// What the handshake does on that reply: the next command, "done", or "! " and the problem.
std::string after(Handshake& handshake, std::string_view reply) {
  resp::Reader reader;
  EXPECT_EQ(reader.read(reply), resp::Reader::Status::complete);
  const auto step = handshake.on_reply(reader.reply());
  if (!step.problem.empty()) return "! " + step.problem;
  return step.done ? "done" : words(step.send);
}

constexpr std::string_view kHello =
    "%7\r\n$6\r\nserver\r\n$5\r\nredis\r\n$7\r\nversion\r\n$6\r\n7.0.15\r\n$5\r\nproto\r\n:3\r\n$2\r\nid\r\n:3\r\n"
    "$4\r\nmode\r\n$7\r\ncluster\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$7\r\nmodules\r\n*0\r\n";

TEST(RedisHandshake, SpeaksVersion3AndLearnsWhatTheServerIs) {
  Handshake handshake("", "", "skat");
  EXPECT_EQ(words(handshake.begin()), "HELLO 3");
  EXPECT_EQ(after(handshake, kHello), "CLIENT SETNAME skat");
  EXPECT_EQ(after(handshake, "+OK\r\n"), "done");
  EXPECT_EQ(handshake.info().protocol, 3);
  EXPECT_EQ(handshake.info().major, 7);
  EXPECT_TRUE(handshake.info().cluster);
  EXPECT_FALSE(handshake.info().replica);
}

TEST(RedisHandshake, LogsInWithHello) {
  EXPECT_EQ(words(Handshake("ann", "pw", "skat").begin()), "HELLO 3 AUTH ann pw");
  EXPECT_EQ(words(Handshake("", "pw", "skat").begin()), "HELLO 3 AUTH default pw");
}

TEST(RedisHandshake, AnOldServerGetsAuthAndVersion2) {
  for (const std::string_view refusal :
       {"-ERR unknown command `HELLO`, with args beginning with: `3`, `AUTH`, `ann`, `pw`, \r\n",
        "-NOPROTO unsupported protocol version\r\n"}) {
    Handshake with_user("ann", "pw", "skat");
    EXPECT_EQ(after(with_user, refusal), "AUTH ann pw");
    EXPECT_EQ(after(with_user, "+OK\r\n"), "CLIENT SETNAME skat");
    EXPECT_EQ(after(with_user, "+OK\r\n"), "done");
    EXPECT_EQ(with_user.info().protocol, 2);
    Handshake with_password("", "pw", "skat");
    EXPECT_EQ(after(with_password, refusal), "AUTH pw");
    Handshake without("", "", "skat");
    EXPECT_EQ(after(without, refusal), "CLIENT SETNAME skat");
  }
}

TEST(RedisHandshake, GoesWithoutANameWhereItMayNotSetOne) {
  Handshake handshake("", "", "skat");
  EXPECT_EQ(after(handshake, kHello), "CLIENT SETNAME skat");
  EXPECT_EQ(after(handshake, "-NOPERM this user has no permissions to run the 'client|setname' command\r\n"), "done");
}

TEST(RedisHandshake, ARefusalIsShownWithoutThePassword) {
  Handshake hello("ann", "pw", "skat");
  EXPECT_EQ(after(hello, "-WRONGPASS invalid username-password pair\r\n"),
            "! HELLO was refused: WRONGPASS invalid username-password pair");
  Handshake none("", "", "skat");
  EXPECT_TRUE(after(none, "-NOAUTH HELLO must be called with the client already authenticated\r\n").starts_with("! "));
  Handshake echoed("ann", "pw", "skat");
  EXPECT_EQ(after(echoed, "-ERR pw is wrong, pw\r\n"), "! HELLO was refused: ERR *** is wrong, ***");
  Handshake old("ann", "pw", "skat");
  EXPECT_EQ(after(old, "-ERR unknown command 'HELLO'\r\n"), "AUTH ann pw");
  EXPECT_EQ(after(old, "-ERR wrong number of arguments for 'auth' command\r\n"),
            "! AUTH was refused: ERR wrong number of arguments for 'auth' command");
}

TEST(RedisHandshake, WhatIsNoRedisIsSaidToBeNone) {
  Handshake handshake("", "", "skat");
  EXPECT_EQ(after(handshake, "+HTTP/1.1 400 Bad Request\r\n"),
            "! the answer to HELLO is not understood: is this Redis?");
}

TEST(RedisHandshake, HelloInVersion2IsAListAndAReplicaSaysSo) {
  resp::Reader reader;
  ASSERT_EQ(reader.read("*6\r\n$5\r\nproto\r\n:2\r\n$4\r\nrole\r\n$7\r\nreplica\r\n$7\r\nversion\r\n$5\r\n6.2.1\r\n"),
            resp::Reader::Status::complete);
  const auto info = read_hello(reader.reply());
  ASSERT_TRUE(info);
  EXPECT_TRUE(info->replica);
  EXPECT_EQ(info->protocol, 2);
  EXPECT_EQ(info->major, 6);
}

}  // namespace
}  // namespace skat::bus::redis
