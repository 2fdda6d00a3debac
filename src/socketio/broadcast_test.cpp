// BroadcastOperator on a namespace of one server: whom it reaches, and with what.
#include "socketio/broadcast_operator.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "socketio/errc.hpp"
#include "socketio/live_namespace.hpp"
#include "socketio/testing/server_fixture.hpp"

namespace skat::socketio {
namespace {

using std::chrono::milliseconds;
using testing::Texts;
using Attachments = std::vector<std::string>;

class BroadcastTest : public testing::ServerFixture {
 protected:
  struct Peer {
    std::unique_ptr<testing::FakeSession> session;
    std::shared_ptr<Socket> socket;
    Texts take() { return session->take(); }
  };
  Peer peer(const std::vector<RoomName>& rooms = {}) {
    Peer made{open_session(), nullptr};
    made.socket = join(*made.session);
    for (const auto& room : rooms) made.socket->join(room);
    return made;
  }
  // An ask whose outcome is in answers_.
  void ask(const BroadcastOperator& whom, const Attachments& attachments = {}) {
    whom.emit_with_ack(
        "ask", "1", [this](BroadcastAnswers answers) { answers_.push_back(std::move(answers)); }, attachments);
  }
  static Texts texts(const BroadcastAnswers& answers) {
    Texts out;
    for (const auto& answer : answers.answers) out.push_back(answer.args_json);
    return out;
  }

  Namespace& main_ = server_->of("/");
  std::vector<BroadcastAnswers> answers_;
};

TEST_F(BroadcastTest, ReachesTheUnionOfRoomsWithoutThoseExceptedOnceEach) {
  auto ab = peer({"a", "b"}), a = peer({"a"}), bc = peer({"b", "c"}), none = peer();
  main_.to("a").in("b").except("c").emit("x", "1,2");
  EXPECT_EQ(ab.take(), Texts{R"(42["x",1,2])"});
  EXPECT_EQ(a.take().size(), 1U);
  EXPECT_TRUE(bc.take().empty());
  EXPECT_TRUE(none.take().empty());
  main_.except("a").emit("y", "");
  EXPECT_TRUE(ab.take().empty() && a.take().empty());
  EXPECT_EQ(bc.take(), Texts{R"(42["y"])"});
  EXPECT_EQ(none.take().size(), 1U);
  main_.to("nowhere").emit("z", "");
  main_.everyone().emit("all", "");
  EXPECT_EQ(none.take(), Texts{R"(42["all"])"});
}

TEST_F(BroadcastTest, ASelectionMayBeKeptAndNarrowed) {
  auto first = peer({"a"}), second = peer({"a", "b"});
  const auto room = main_.to("a");
  room.except("b").emit("x", "");
  room.emit("y", "");
  EXPECT_EQ(first.take(), (Texts{R"(42["x"])", R"(42["y"])"}));
  EXPECT_EQ(second.take(), Texts{R"(42["y"])"});
}

TEST_F(BroadcastTest, FromASocketGoesToTheOthers) {
  auto one = peer({"a"}), two = peer({"a"}), three = peer();
  one.socket->broadcast().emit("all", "");
  one.socket->to("a").emit("room", "");
  one.socket->in("a").emit("in", "");
  one.socket->except("a").emit("except", "");
  EXPECT_TRUE(one.take().empty());
  EXPECT_EQ(two.take(), (Texts{R"(42["all"])", R"(42["room"])", R"(42["in"])"}));
  EXPECT_EQ(three.take(), (Texts{R"(42["all"])", R"(42["except"])"}));
}

TEST_F(BroadcastTest, ToASocketsIdIsToItsOwnRoom) {
  auto one = peer(), two = peer();
  main_.to(RoomName(one.socket->id())).emit("x", "");
  EXPECT_EQ(one.take().size(), 1U);
  EXPECT_TRUE(two.take().empty());
}

TEST_F(BroadcastTest, AttachmentsFollowTheirTextAtEveryReceiver) {
  auto one = peer(), two = peer();
  const std::string args = R"({"_placeholder":true,"num":0},{"_placeholder":true,"num":1})";
  main_.everyone().emit("bin", args, {"one", "two"});
  const Texts expected{R"(452-["bin",)" + args + "]", "<one>", "<two>"};
  EXPECT_EQ(one.take(), expected);
  EXPECT_EQ(two.take(), expected);
}

TEST_F(BroadcastTest, VolatileLeavesOutWhoIsNotReady) {
  auto ready = peer(), busy = peer();
  busy.session->set_writable(false);
  main_.everyone().volatile_().emit("x", "");
  main_.everyone().volatile_().emit("bin", R"({"_placeholder":true,"num":0})", {"b"});
  EXPECT_EQ(ready.take().size(), 3U);
  EXPECT_TRUE(busy.take().empty());
  main_.everyone().emit("y", "");
  EXPECT_EQ(busy.take(), Texts{R"(42["y"])"});
}

TEST_F(BroadcastTest, SendsNothingThatTheClientWouldTakeForAViolation) {
  auto one = peer();
  main_.everyone().emit("disconnect", "");
  main_.everyone().emit("x", "", Attachments(11));
  EXPECT_TRUE(one.take().empty());
  main_.everyone().emit("x", "", Attachments(10));
  EXPECT_EQ(one.take().size(), 11U);
  ask(BroadcastOperator(main_), Attachments(11));
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].error, errc::violation);
}

TEST_F(BroadcastTest, OutlivesTheSessionsItOverflows) {
  auto one = peer(), two = peer(), three = peer();
  one.session->overflow_on_send();
  two.session->overflow_on_send();
  main_.everyone().emit("bin", R"({"_placeholder":true,"num":0})", {"b"});
  EXPECT_TRUE(one.session->closed() && two.session->closed());
  EXPECT_EQ(three.take().size(), 2U);
  EXPECT_EQ(main_.sockets().size(), 1U);
}

TEST_F(BroadcastTest, AsksAllUnderOneIdAndTakesTheFirstArgumentOfEach) {
  auto one = peer({"a"}), two = peer({"a"}), three = peer();
  ask(main_.to("a"));
  EXPECT_EQ(one.take(), Texts{R"(420["ask",1])"});
  EXPECT_EQ(two.take(), Texts{R"(420["ask",1])"});
  EXPECT_TRUE(three.take().empty());
  one.session->receive(R"(430["one",2])");
  EXPECT_TRUE(answers_.empty());
  two.session->receive("430[]");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(answers_[0].error);
  EXPECT_EQ(texts(answers_[0]), (Texts{R"("one")", "null"}));
  EXPECT_EQ(loop_.timer_count(), 0U);
}

TEST_F(BroadcastTest, EachReceiverAnswersOnceAndNobodyElse) {
  auto one = peer({"a"}), two = peer({"a"}), stranger = peer();
  ask(main_.to("a"));
  stranger.session->receive("430[\"stranger\"]");
  one.session->receive("430[1]");
  one.session->receive("430[1]");
  EXPECT_TRUE(answers_.empty());
  two.session->receive("430[2]");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(texts(answers_[0]), (Texts{"1", "2"}));
  two.session->receive("430[3]");
  EXPECT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(two.session->closed() || stranger.session->closed());
}

TEST_F(BroadcastTest, IdsOfBroadcastsAndOfSocketsDoNotMeet) {
  auto one = peer(), two = peer();
  std::string own;
  one.socket->emit_with_ack("own", "", milliseconds(1'000), [&](result<Answer> answer) { own = answer->args_json; });
  ask(main_.everyone());
  EXPECT_EQ(one.take(), (Texts{R"(420["own"])", R"(421["ask",1])"}));
  two.session->receive("430[\"not asked\"]");
  two.session->receive("431[2]");
  one.session->receive("431[1]");
  one.session->receive("430[0]");
  EXPECT_EQ(own, "0");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(texts(answers_[0]), (Texts{"2", "1"}));
}

TEST_F(BroadcastTest, AtTheTimeoutThereAreTheAnswersSoFar) {
  auto one = peer(), two = peer();
  ask(main_.everyone().timeout(milliseconds(200)));
  one.session->receive("430[1]");
  loop_.advance(milliseconds(199));
  EXPECT_TRUE(answers_.empty());
  loop_.advance(milliseconds(1));
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].error, errc::ack_timeout);
  EXPECT_EQ(texts(answers_[0]), Texts{"1"});
  two.session->receive("430[2]");
  EXPECT_EQ(answers_.size(), 1U);
}

TEST_F(BroadcastTest, WithoutATimeoutTheConfigsCounts) {
  auto one = peer();
  ask(main_.everyone());
  loop_.advance(config_.ack_timeout - milliseconds(1));
  EXPECT_TRUE(answers_.empty());
  loop_.advance(milliseconds(1));
  EXPECT_EQ(answers_.size(), 1U);
}

TEST_F(BroadcastTest, ASocketThatGoesAwayDoesNotAnswer) {
  auto one = peer(), two = peer();
  ask(main_.everyone());
  two.session->end(engineio::CloseReason::transport_close);
  two.socket = nullptr;
  auto three = peer();  // perhaps at the same address
  three.session->receive("430[3]");
  one.session->receive("430[1]");
  EXPECT_TRUE(answers_.empty());
  loop_.advance(config_.ack_timeout);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].error, errc::ack_timeout);
  EXPECT_EQ(texts(answers_[0]), Texts{"1"});
}

TEST_F(BroadcastTest, NobodyToAskIsCompleteAtOnce) {
  ask(main_.to("nowhere"));
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_FALSE(answers_[0].error);
  EXPECT_TRUE(answers_[0].answers.empty());
  EXPECT_EQ(loop_.timer_count(), 0U);
}

TEST_F(BroadcastTest, AsksAndIsAnsweredWithAttachments) {
  auto one = peer();
  ask(main_.everyone(), {"question"});
  EXPECT_EQ(one.take(), (Texts{R"(451-0["ask",1])", "<question>"}));
  one.session->receive(R"(461-0[{"_placeholder":true,"num":0}])");
  one.session->receive_binary("answer");
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].answers[0].attachments, Attachments{"answer"});
}

class BroadcastLimitsTest : public BroadcastTest {
 protected:
  void restart() {
    server_ = make_server(config_, loop_);
    server_->of("/");
  }
};

TEST_F(BroadcastLimitsTest, OneBroadcastTooManyThatWaitsIsRefusedAndNotSent) {
  config_.max_pending_broadcasts = 2;
  restart();
  auto one = peer();
  for (int i = 0; i < 3; ++i) ask(BroadcastOperator(server_->of("/")));
  EXPECT_EQ(one.take().size(), 2U);
  ASSERT_EQ(answers_.size(), 1U);
  EXPECT_EQ(answers_[0].error, errc::too_many_acks);
  one.session->receive("430[]");
  ask(BroadcastOperator(server_->of("/")));
  EXPECT_EQ(one.take().size(), 1U);
}

TEST_F(BroadcastLimitsTest, AnswersPastTheByteLimitAreNotKept) {
  config_.max_broadcast_answer_bytes = 10;
  restart();
  auto one = peer(), two = peer();
  ask(BroadcastOperator(server_->of("/")));
  one.session->receive(R"(430["123456"])");  // 8 bytes
  two.session->receive("430[123]");
  EXPECT_TRUE(answers_.empty());
  loop_.advance(config_.ack_timeout);
  EXPECT_EQ(texts(answers_.at(0)), Texts{R"("123456")"});
  ask(BroadcastOperator(server_->of("/")));
  one.session->receive(R"(431["123456"])");
  two.session->receive("431[12]");  // 10 in all
  ASSERT_EQ(answers_.size(), 2U);
  EXPECT_FALSE(answers_[1].error);
}

TEST_F(BroadcastTest, MovesAndDisconnectsWhoIsSelected) {
  auto one = peer({"a"}), two = peer({"a", "b"}), three = peer();
  main_.to("a").sockets_join({"new", "newer"});
  EXPECT_EQ(main_.room_size("new"), 2U);
  main_.to("new").except("b").sockets_leave({"new", "a"});
  EXPECT_EQ(main_.room_size("new"), 1U);
  EXPECT_EQ(two.socket->rooms(), (std::vector<RoomName>{RoomName(two.socket->id()), "a", "b", "new", "newer"}));
  main_.to("newer").disconnect_sockets();
  EXPECT_EQ(one.take(), Texts{"41"});
  EXPECT_EQ(two.take(), Texts{"41"});
  EXPECT_FALSE(one.session->closed());
  main_.everyone().disconnect_sockets(true);
  EXPECT_EQ(three.take(), Texts{"41"});
  EXPECT_TRUE(three.session->closed());
}

TEST_F(BroadcastTest, EverybodyMayLeaveTheRoomThatIsBeingWalked) {
  auto one = peer({"a"}), two = peer({"a"});
  main_.to("a").sockets_leave({"a"});
  EXPECT_EQ(main_.room_size("a"), 0U);
  main_.to("a").emit("x", "");
  EXPECT_TRUE(one.take().empty() && two.take().empty());
}

TEST_F(BroadcastTest, DescribesTheSocketsItFinds) {
  main_.describe_data(
      [](const Socket& socket) { return R"({"name":)" + *std::static_pointer_cast<std::string>(socket.data) + "}"; });
  auto one = peer({"a"}), two = peer();
  one.socket->data = std::make_shared<std::string>("\"ann\"");
  std::optional<std::vector<SocketDescription>> found;
  main_.to("a").fetch_sockets([&](result<std::vector<SocketDescription>> sockets) { found = std::move(*sockets); });
  ASSERT_TRUE(found);
  ASSERT_EQ(found->size(), 1U);
  EXPECT_EQ(found->front().id, one.socket->id());
  EXPECT_EQ(found->front().rooms, (std::vector<RoomName>{RoomName(one.socket->id()), "a"}));
  EXPECT_EQ(found->front().data_json, R"({"name":"ann"})");
  EXPECT_EQ(found->front().handshake_json, one.socket->handshake_json());
}

}  // namespace
}  // namespace skat::socketio
