// Namespaces by pattern, and when they go.
#include "socketio/namespace_table.hpp"

#include <gtest/gtest.h>

#include "socketio/testing/server_fixture.hpp"

namespace skat::socketio {
namespace {

using testing::Texts;

class PatternTest : public testing::ServerFixture {
 protected:
  void start() {
    server_ = make_server(config_, loop_);
    server_->of([](std::string_view name) { return name.starts_with("/room-"); },
                [this](Namespace& nsp) {
                  made_.push_back(nsp.name());
                  nsp.on("x", [](const std::shared_ptr<Socket>& socket, const EventView&, const Ack&) {
                    socket->nsp().everyone().emit("x", "");
                  });
                });
    server_->of("/room-static");
  }
  void SetUp() override { start(); }

  Texts made_;
};

TEST_F(PatternTest, MakesANamespaceAtItsFirstConnection) {
  const auto one = open_session(), two = open_session();
  join(*one, "/room-1");
  join(*two, "/room-1");
  join(*two, "/room-2");
  join(*two, "/room-static");
  one->receive("40/other");
  EXPECT_EQ(one->take(), Texts{R"(44/other,{"message":"Invalid namespace"})"});
  EXPECT_EQ(made_, (Texts{"/room-1", "/room-2"}));
  one->receive(R"(42/room-1,["x"])");
  EXPECT_EQ(one->take(), Texts{R"(42/room-1,["x"])"});
  EXPECT_EQ(two->take(), Texts{R"(42/room-1,["x"])"});
}

TEST_F(PatternTest, TheFirstPatternThatMatchesCounts) {
  server_->of([](std::string_view) { return true; }, [this](Namespace& nsp) { made_.push_back("any " + nsp.name()); });
  const auto session = open_session();
  join(*session, "/room-1");
  join(*session, "/else");
  EXPECT_EQ(made_, (Texts{"/room-1", "any /else"}));
}

TEST_F(PatternTest, AnEmptyChildStaysUnlessToldOtherwise) {
  const auto session = open_session();
  join(*session, "/room-1");
  session->receive("41/room-1,");
  loop_.run();
  EXPECT_NE(server_->find("/room-1"), nullptr);
}

TEST_F(PatternTest, OneChildTooManyIsRefused) {
  config_.max_child_namespaces = 2;
  start();
  const auto session = open_session();
  EXPECT_TRUE(join(*session, "/room-1"));
  EXPECT_TRUE(join(*session, "/room-2"));
  session->receive("40/room-3,");
  EXPECT_EQ(session->take(), Texts{R"(44/room-3,{"message":"Too many namespaces"})"});
  EXPECT_EQ(made_.size(), 2U);
  EXPECT_FALSE(session->closed());
  const auto other = open_session();
  EXPECT_TRUE(join(*other, "/room-1"));
}

class CleanupTest : public PatternTest {
 protected:
  void SetUp() override {
    config_.cleanup_empty_child_namespaces = true;
    config_.max_child_namespaces = 1;
    start();
  }
};

TEST_F(CleanupTest, AChildGoesWithItsLastSocket) {
  const auto one = open_session(), two = open_session();
  join(*one, "/room-1");
  join(*two, "/room-1");
  one->receive("41/room-1,");
  EXPECT_NE(server_->find("/room-1"), nullptr);
  two->end(engineio::CloseReason::transport_close);
  EXPECT_EQ(server_->find("/room-1"), nullptr);
  loop_.run();
  EXPECT_TRUE(join(*one, "/room-2")) << "the limit counts those that are there";
  EXPECT_NE(server_->find("/room-static"), nullptr);
}

TEST_F(CleanupTest, AChildThatNobodyHoldsIsThereUntilTheTurnIsOver) {
  const auto token = std::make_shared<int>();
  server_->of([](std::string_view name) { return name == "/held"; },
              [&token](Namespace& nsp) {
                nsp.on("end", [token](const std::shared_ptr<Socket>& socket, const EventView&, const Ack&) {
                  socket->disconnect();
                });
              });
  const auto session = open_session();
  session->receive("40/held,");
  session->receive(R"(42/held,["end"])");
  EXPECT_EQ(server_->find("/held"), nullptr);
  EXPECT_EQ(token.use_count(), 2) << "one of its functions might be running";
  loop_.run();
  EXPECT_EQ(token.use_count(), 1);
}

TEST_F(CleanupTest, AChildGoesWhenItsOnlyConnectionWasRefused) {
  server_->of(
      [](std::string_view name) { return name == "/closed"; },
      [](Namespace& nsp) { nsp.use([](Socket&, const ConnectDecision& decision) { decision.refuse({"no", ""}); }); });
  const auto session = open_session();
  session->receive("40/closed,");
  EXPECT_EQ(session->take(), Texts{R"(44/closed,{"message":"no"})"});
  EXPECT_EQ(server_->find("/closed"), nullptr);
  loop_.run();
}

TEST_F(CleanupTest, ASocketMayEndEverybodyInItsOwnHandler) {
  const auto one = open_session(), two = open_session();
  const auto socket = join(*one, "/room-1");
  join(*two, "/room-1");
  socket->on_event([&](const EventView&, const Ack&) { socket->nsp().everyone().disconnect_sockets(); });
  one->receive(R"(42/room-1,["end"])");
  EXPECT_EQ(server_->find("/room-1"), nullptr);
  loop_.run();
  EXPECT_EQ(two->take(), Texts{"41/room-1,"});
  EXPECT_EQ(socket->nsp().name(), "/room-1") << "a socket that is held keeps its namespace";
  EXPECT_TRUE(socket->rooms().empty());
  EXPECT_TRUE(join(*two, "/room-1"));
  EXPECT_EQ(made_.size(), 2U);
}

TEST_F(CleanupTest, OneThatIsRegisteredByNameLaterStays) {
  const auto session = open_session();
  join(*session, "/room-1");
  server_->of("/room-1");
  session->receive("41/room-1,");
  loop_.run();
  EXPECT_NE(server_->find("/room-1"), nullptr);
  EXPECT_TRUE(join(*session, "/room-2"));
}

}  // namespace
}  // namespace skat::socketio
