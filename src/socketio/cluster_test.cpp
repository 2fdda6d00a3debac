// Several servers that act as one: two or three servers, each on a loop of its own, joined by LoopCluster.
#include <gtest/gtest.h>

#include <algorithm>
#include <optional>

#include "base/testing/manual_executor.hpp"
#include "socketio/errc.hpp"
#include "socketio/loop_cluster.hpp"
#include "socketio/server.hpp"
#include "socketio/testing/fake_session.hpp"

namespace skat::socketio {
namespace {

using std::chrono::milliseconds;
using Texts = std::vector<std::string>;

class ClusterTest : public ::testing::Test {
 protected:
  struct Node {
    base::testing::ManualExecutor loop;
    std::unique_ptr<Server> server;
    [[nodiscard]] Namespace& main() const { return server->of("/"); }
  };
  struct Peer {
    std::unique_ptr<testing::FakeSession> session;
    std::shared_ptr<Socket> socket;
    Texts take() { return session->take(); }
  };

  void SetUp() override { start(2); }
  void start(std::size_t count, std::size_t max_waiting = LoopCluster::kMaxWaiting) {
    nodes_.clear();
    cluster_ = nullptr;
    std::vector<base::Executor*> loops;
    std::vector<Server*> servers;
    for (std::size_t i = 0; i < count; ++i) {
      auto& node = *nodes_.emplace_back(std::make_unique<Node>());
      node.server = make_server(config_, node.loop);
      node.server->of("/");
      loops.push_back(&node.loop);
      servers.push_back(node.server.get());
    }
    cluster_ = std::make_unique<LoopCluster>(loops, servers, max_waiting);
  }
  Peer peer(std::size_t node, const std::vector<RoomName>& rooms = {}) {
    Peer made{std::make_unique<testing::FakeSession>(), nullptr};
    made.session->listen(nodes_[node]->server->accept(*made.session));
    made.session->receive("40");
    made.socket = nodes_[node]->main().find(made.take().front().substr(10, 20));
    for (const auto& room : rooms) made.socket->join(room);
    return made;
  }
  // Lets every loop handle what the others sent, and the answers.
  void settle() {
    std::size_t ran = 1;
    while (ran > 0) {
      ran = 0;
      for (const auto& node : nodes_) ran += node->loop.run();
    }
  }
  void advance(milliseconds by) {
    for (const auto& node : nodes_) node->loop.advance(by);
    settle();
  }

  Config config_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::unique_ptr<LoopCluster> cluster_;
};

TEST_F(ClusterTest, ABroadcastReachesEveryServerOnce) {
  auto here = peer(0, {"a"}), there = peer(1, {"a"}), excepted = peer(1, {"a", "b"}), elsewhere = peer(1);
  nodes_[0]->main().to("a").except("b").emit("x", R"({"_placeholder":true,"num":0})", {"bytes"});
  const Texts expected{R"(451-["x",{"_placeholder":true,"num":0}])", "<bytes>"};
  EXPECT_EQ(here.take(), expected) << "at once, on its own server";
  EXPECT_TRUE(there.take().empty());
  settle();
  EXPECT_TRUE(here.take().empty());
  EXPECT_EQ(there.take(), expected);
  EXPECT_TRUE(excepted.take().empty() && elsewhere.take().empty());
}

TEST_F(ClusterTest, ASocketsBroadcastLeavesItOutEverywhere) {
  auto here = peer(0), there = peer(1);
  here.socket->broadcast().emit("x", "");
  settle();
  EXPECT_TRUE(here.take().empty());
  EXPECT_EQ(there.take(), Texts{R"(42["x"])"});
}

TEST_F(ClusterTest, LocalStaysHere) {
  auto here = peer(0), there = peer(1);
  const auto local = nodes_[0]->main().everyone().local();
  local.emit("x", "");
  local.sockets_join({"room"});
  std::size_t found = 0;
  local.fetch_sockets([&](result<std::vector<SocketDescription>> sockets) { found = sockets->size(); });
  EXPECT_EQ(found, 1U);
  bool asked = false;
  local.emit_with_ack("ask", "", [&](const BroadcastAnswers& answers) { asked = answers.answers.size() == 1; });
  here.session->receive("430[]");
  EXPECT_TRUE(asked);
  local.disconnect_sockets();
  settle();
  EXPECT_EQ(here.take(), (Texts{R"(42["x"])", R"(420["ask"])", "41"}));
  EXPECT_TRUE(there.take().empty());
  EXPECT_EQ(there.socket->rooms().size(), 1U);
}

TEST_F(ClusterTest, VolatileIsHonouredThere) {
  auto ready = peer(1), busy = peer(1);
  busy.session->set_writable(false);
  nodes_[0]->main().everyone().volatile_().emit("x", "");
  settle();
  EXPECT_EQ(ready.take().size(), 1U);
  EXPECT_TRUE(busy.take().empty());
}

TEST_F(ClusterTest, MovesAndDisconnectsEverywhere) {
  auto here = peer(0, {"a"}), there = peer(1, {"a"}), other = peer(1);
  auto& main = nodes_[0]->main();
  main.to("a").sockets_join({"b", "c"});
  main.to("b").sockets_leave({"c"});
  settle();
  EXPECT_EQ(there.socket->rooms(), (std::vector<RoomName>{RoomName(there.socket->id()), "a", "b"}));
  EXPECT_EQ(here.socket->rooms().size(), 3U);
  EXPECT_EQ(other.socket->rooms().size(), 1U);
  main.in(RoomName(there.socket->id())).disconnect_sockets();
  settle();
  EXPECT_EQ(there.take(), Texts{"41"});
  EXPECT_FALSE(there.session->closed());
  main.everyone().disconnect_sockets(true);
  settle();
  EXPECT_TRUE(here.session->closed() && other.session->closed());
}

TEST_F(ClusterTest, FindsTheSocketsOfAllServers) {
  start(3);
  auto first = peer(0, {"a"}), second = peer(1, {"a"}), third = peer(2), fourth = peer(2, {"a"});
  nodes_[2]->main().describe_data([](const Socket&) { return std::string("7"); });
  Texts ids;
  std::string data;
  nodes_[0]->main().to("a").fetch_sockets([&](result<std::vector<SocketDescription>> sockets) {
    for (const auto& found : sockets.value()) {
      ids.push_back(found.id);
      if (found.id == fourth.socket->id()) data = found.data_json;
    }
  });
  EXPECT_TRUE(ids.empty());
  settle();
  Texts expected{std::string(first.socket->id()), std::string(second.socket->id()), std::string(fourth.socket->id())};
  std::sort(ids.begin(), ids.end());
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(ids, expected);
  EXPECT_EQ(data, "7");
  EXPECT_EQ(nodes_[0]->loop.timer_count(), 0U);
}

TEST_F(ClusterTest, ASilentServerMakesFetchFail) {
  start(3);
  auto first = peer(0), second = peer(1);
  std::optional<error_code> error;
  nodes_[0]->main().everyone().fetch_sockets([&](result<std::vector<SocketDescription>> sockets) {
    error = sockets.has_error() ? sockets.error() : error_code();
  });
  nodes_[1]->loop.run();  // the third stays silent
  nodes_[0]->loop.advance(config_.cluster_timeout - milliseconds(1));
  EXPECT_FALSE(error);
  nodes_[0]->loop.advance(milliseconds(1));
  EXPECT_EQ(error, make_error_code(errc::cluster_timeout));
  settle();  // its late answer does no harm
}

TEST_F(ClusterTest, ABroadcastWithAcknowledgementGathersFromAllServers) {
  auto here = peer(0, {"a"}), there = peer(1, {"a"}), too = peer(1, {"a"}), other = peer(1);
  std::optional<BroadcastAnswers> got;
  nodes_[0]->main().to("a").emit_with_ack("ask", "1", [&](BroadcastAnswers answers) { got = std::move(answers); });
  here.session->receive(R"(430["here"])");
  settle();
  EXPECT_FALSE(got) << "the others have not answered";
  EXPECT_EQ(there.take(), Texts{R"(420["ask",1])"});
  EXPECT_TRUE(other.take().empty());
  there.session->receive(R"(430["there"])");
  there.session->receive(R"(430["again"])");
  settle();
  EXPECT_FALSE(got);
  too.session->receive(R"(430["too"])");
  settle();
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->error);
  Texts values;
  for (const auto& answer : got->answers) values.push_back(answer.args_json);
  EXPECT_EQ(values, (Texts{R"("here")", R"("there")", R"("too")"}));
  EXPECT_EQ(nodes_[0]->loop.timer_count(), 0U);
}

TEST_F(ClusterTest, WithoutClientsAnywhereABroadcastIsCompleteWhenAllHaveSaidSo) {
  std::optional<BroadcastAnswers> got;
  nodes_[0]->main().everyone().emit_with_ack("ask", "", [&](BroadcastAnswers answers) { got = std::move(answers); });
  EXPECT_FALSE(got);
  settle();
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->error);
}

TEST_F(ClusterTest, AtTheTimeoutABroadcastHasTheAnswersSoFar) {
  auto here = peer(0), there = peer(1), silent = peer(1);
  std::optional<BroadcastAnswers> got;
  nodes_[0]->main().everyone().timeout(milliseconds(200)).emit_with_ack("ask", "", [&](BroadcastAnswers answers) {
    got = std::move(answers);
  });
  settle();
  here.session->receive("430[1]");
  there.session->receive("430[2]");
  advance(milliseconds(199));
  EXPECT_FALSE(got);
  advance(milliseconds(1));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error, errc::ack_timeout);
  EXPECT_EQ(got->answers.size(), 2U);
  silent.session->receive("430[3]");
  settle();
  EXPECT_EQ(nodes_[1]->loop.timer_count(), 0U);
}

TEST_F(ClusterTest, AServerEventGoesToTheOthersNotToItself) {
  start(3);
  Texts heard;
  for (std::size_t i = 0; i < 3; ++i) {
    nodes_[i]->main().on_server_side("news", [&, i](std::string_view args, const ServerReply& reply) {
      heard.push_back(std::to_string(i) + " " + std::string(args));
      reply("1");  // nobody asked
    });
  }
  nodes_[1]->main().server_side_emit("news", R"("x",2)");
  nodes_[1]->main().server_side_emit("other", "");
  settle();
  EXPECT_EQ(heard, (Texts{R"(0 "x",2)", R"(2 "x",2)"}));
}

TEST_F(ClusterTest, AServerEventIsAnsweredOnceByEachOther) {
  start(3);
  std::optional<ServerReply> later;
  nodes_[1]->main().on_server_side("count", [](std::string_view, const ServerReply& reply) {
    reply("1");
    reply("11");
  });
  nodes_[2]->main().on_server_side("count", [&](std::string_view, ServerReply reply) { later = std::move(reply); });
  std::optional<ServerAnswers> got;
  nodes_[0]->main().server_side_emit_with_ack("count", "", [&](ServerAnswers answers) { got = std::move(answers); });
  settle();
  EXPECT_FALSE(got);
  (*later)("2");
  settle();
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->error);
  EXPECT_EQ(got->values, (Texts{"1", "2"}));
}

TEST_F(ClusterTest, AServerEventWithASilentServerHasTheAnswersSoFar) {
  start(3);
  nodes_[1]->main().on_server_side("count", [](std::string_view, const ServerReply& reply) { reply("1"); });
  std::optional<ServerAnswers> got;
  nodes_[0]->main().server_side_emit_with_ack(
      "count", "", [&](ServerAnswers answers) { got = std::move(answers); }, milliseconds(300));
  settle();
  advance(milliseconds(300));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->error, errc::cluster_timeout);
  EXPECT_EQ(got->values, Texts{"1"});
}

TEST_F(ClusterTest, ANamespaceOfOneServerOnlyIsNoHindrance) {
  auto& only = nodes_[0]->server->of("/only");
  std::optional<std::size_t> found;
  only.everyone().fetch_sockets([&](result<std::vector<SocketDescription>> sockets) { found = sockets->size(); });
  bool complete = false;
  only.everyone().emit_with_ack("ask", "", [&](const BroadcastAnswers& answers) { complete = !answers.error; });
  only.everyone().emit("x", "");
  settle();
  EXPECT_EQ(found, 0U);
  EXPECT_TRUE(complete);
}

TEST_F(ClusterTest, AFullMailboxLosesTheBroadcastAndTheAskerHearsOfIt) {
  start(2, 1);
  auto there = peer(1);
  auto& main = nodes_[0]->main();
  main.everyone().emit("first", "");
  main.everyone().emit("lost", "");
  std::optional<error_code> error;
  main.everyone().fetch_sockets([&](result<std::vector<SocketDescription>> sockets) { error = sockets.error(); });
  settle();
  EXPECT_EQ(there.take(), Texts{R"(42["first"])"});
  advance(config_.cluster_timeout);
  EXPECT_EQ(error, make_error_code(errc::cluster_timeout));
}

TEST_F(ClusterTest, OneRequestTooManyThatWaitsIsRefused) {
  config_.max_cluster_requests = 2;
  start(2);
  std::vector<error_code> errors;
  auto& main = nodes_[0]->main();
  for (int i = 0; i < 3; ++i) {
    main.everyone().fetch_sockets([&](result<std::vector<SocketDescription>> sockets) {
      errors.push_back(sockets.has_error() ? sockets.error() : error_code());
    });
  }
  main.everyone().emit_with_ack("ask", "", [&](const BroadcastAnswers& answers) { errors.push_back(answers.error); });
  EXPECT_EQ(errors, (std::vector<error_code>{errc::too_many_acks, errc::too_many_acks}));
  settle();
  EXPECT_EQ(errors.size(), 4U);
  EXPECT_FALSE(errors[2] || errors[3]);
}

TEST_F(ClusterTest, AClusterOfOneAnswersAtOnceAndForgets) {
  config_.max_cluster_requests = 1;
  start(1);
  auto& main = nodes_[0]->main();
  for (int i = 0; i < 3; ++i) {
    bool fetched = false, asked = false, emitted = false;
    main.everyone().fetch_sockets([&](result<std::vector<SocketDescription>> found) { fetched = found.has_value(); });
    main.everyone().emit_with_ack("ask", "", [&](const BroadcastAnswers& answers) { asked = !answers.error; });
    main.server_side_emit_with_ack("x", "", [&](const ServerAnswers& answers) { emitted = !answers.error; });
    EXPECT_TRUE(fetched && asked && emitted) << i;
  }
  EXPECT_EQ(nodes_[0]->loop.timer_count(), 0U);
}

TEST_F(ClusterTest, AloneAServerHasNobodyToAsk) {
  base::testing::ManualExecutor loop;
  const auto server = make_server(config_, loop);
  auto& main = server->of("/");
  bool done = false;
  main.server_side_emit("x", "");
  main.server_side_emit_with_ack(
      "x", "", [&](const ServerAnswers& answers) { done = !answers.error && answers.values.empty(); });
  EXPECT_TRUE(done);
}

}  // namespace
}  // namespace skat::socketio
