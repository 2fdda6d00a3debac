#include "gateway/room_streams.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <set>

#include "chat/errc.hpp"
#include "model/limits.hpp"

namespace skat::gateway {
namespace {

const model::UserId kAda = model::UserId::random();
const model::UserId kBob = model::UserId::random();
const model::RoomId kRoom = model::RoomId::random();
const model::Epoch kEpoch{7};

chat::FeedEventPtr feed_event(std::uint64_t seq, model::EventKind kind = model::EventKind::message,
                              model::UserId sender = kBob) {
  return std::make_shared<const chat::FeedEvent>(
      chat::FeedEvent{kRoom, model::Seq{seq}, kind, sender, "{\"seq\":" + std::to_string(seq) + "}"});
}

OutgoingEventPtr outgoing(std::uint64_t seq, model::EventKind kind = model::EventKind::message,
                          model::UserId sender = kBob) {
  auto event = feed_event(seq, kind, sender);
  auto frame = engineio::make_text_frame("2/chat,[\"event\"," + event->json + "]");
  return std::make_shared<const OutgoingEvent>(OutgoingEvent{std::move(event), std::move(frame), nullptr});
}

std::uint64_t seq_of(const engineio::Frame& frame) {
  const auto payload = frame->payload();
  return std::stoull(std::string(payload.substr(payload.find("seq\":") + 5)));
}

struct FakeSocket : StreamSocket {
  void send(const engineio::Frame& frame) override {
    seen.push_back(seq_of(frame));
    if (on_send) on_send();
  }
  void join(const std::string& name) override { rooms.insert(name); }
  void leave(const std::string& name) override { rooms.erase(name); }
  void resync(const model::RoomId&, std::string_view reason) override { resyncs.emplace_back(reason); }

  std::vector<std::uint64_t> seen;
  std::set<std::string> rooms;
  std::vector<std::string> resyncs;
  std::function<void()> on_send;
};

// Chat as a loop sees it; the test answers the requests. A broadcast reaches the sockets that are in the room.
struct FakeChat : StreamSource {
  struct Request {
    chat::StreamRequest request;
    chat::Done<chat::StreamStart> done;
  };
  void open_stream(chat::StreamRequest request, chat::Done<chat::StreamStart> done) override {
    requests.push_back({request, std::move(done)});
  }
  void close_stream(const model::RoomId&) override { ++closed; }
  void broadcast(const std::string& name, const engineio::Frame& frame) override {
    for (const auto& socket : sockets) {
      if (socket->rooms.contains(name)) socket->send(frame);
    }
  }

  std::deque<Request> requests;
  std::vector<std::shared_ptr<FakeSocket>> sockets;
  int closed = 0;
};

class RoomStreamsTest : public testing::Test {
 protected:
  std::shared_ptr<FakeSocket> socket() {
    chat.sockets.push_back(std::make_shared<FakeSocket>());
    return chat.sockets.back();
  }
  void open(const std::shared_ptr<FakeSocket>& s, std::optional<std::uint64_t> from, model::UserId user = kAda) {
    std::optional<chat::Cursor> cursor;
    if (from) cursor = chat::Cursor{kEpoch, model::Seq{*from}};
    streams.open(s, user, kRoom, cursor, [this](result<StreamAnswer> answer) { answers.push_back(std::move(answer)); });
  }
  // Chat's answer to the oldest request: the events from + 1 … head.
  void start(std::uint64_t from, std::uint64_t head, bool resync = false) {
    chat::StreamStart answer{kEpoch, model::Seq{head}, model::MSeq{head}, resync, {}};
    for (auto seq = from + 1; seq <= head; ++seq) answer.events.push_back(feed_event(seq));
    reply(std::move(answer));
  }
  void reply(result<chat::StreamStart> answer) {
    auto request = std::move(chat.requests.front());
    chat.requests.pop_front();
    request.done(std::move(answer));
  }
  std::shared_ptr<FakeSocket> live(std::uint64_t head, model::UserId user = kAda) {
    auto s = socket();
    open(s, head, user);
    start(head, head);
    return s;
  }

  using Seen = std::vector<std::uint64_t>;
  FakeChat chat;
  RoomStreams streams{0, chat, 3};
  std::vector<result<StreamAnswer>> answers;
};

TEST_F(RoomStreamsTest, SendsTheMissedRangeThenWhatIsLive) {
  const auto s = socket();
  open(s, 2);
  ASSERT_EQ(chat.requests.size(), 1U);
  EXPECT_EQ(chat.requests[0].request.from->seq, model::Seq{2});
  EXPECT_TRUE(answers.empty());
  start(2, 4);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0]->seq, model::Seq{4});
  EXPECT_FALSE(answers[0]->resync);
  streams.on_event(outgoing(5));
  EXPECT_EQ(s->seen, (Seen{3, 4, 5}));
}

TEST_F(RoomStreamsTest, AStreamHasBegunWhenItsRangeIsOut) {
  const auto other = live(3);
  const auto s = socket();
  EXPECT_FALSE(streams.has_begun(s, kRoom));
  open(s, 3);
  EXPECT_FALSE(streams.has_begun(s, kRoom)) << "nobody has said yet that the user may";
  start(3, 5);
  EXPECT_TRUE(s->rooms.empty());
  EXPECT_TRUE(streams.has_begun(s, kRoom)) << "though 4 and 5 are still on their way to the others";
  streams.drop(s);
  EXPECT_FALSE(streams.has_begun(s, kRoom));
}

TEST_F(RoomStreamsTest, TheRangeIsOutBeforeTheAnswer) {
  const auto s = socket();
  std::size_t seen_at_answer = 0;
  streams.open(s, kAda, kRoom, chat::Cursor{kEpoch, model::Seq{1}},
               [&](const result<StreamAnswer>&) { seen_at_answer = s->seen.size(); });
  start(1, 4);
  EXPECT_EQ(seen_at_answer, 3U);
}

TEST_F(RoomStreamsTest, LiveEventsThatOvertakeTheRangeAreKeptAndSentOnce) {
  const auto other = live(3);
  const auto s = socket();
  open(s, 1);
  for (std::uint64_t seq = 4; seq <= 6; ++seq) streams.on_event(outgoing(seq));
  EXPECT_TRUE(s->seen.empty());
  start(1, 5);
  streams.on_event(outgoing(7));
  EXPECT_EQ(s->seen, (Seen{2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(other->seen, (Seen{4, 5, 6, 7}));
}

TEST_F(RoomStreamsTest, AHeadAboveWhatTheLoopHasSeenIsNotSentTwice) {
  const auto other = live(3);
  const auto s = socket();
  open(s, 3);
  start(3, 5);  // 4 and 5 are still on their way to the others
  for (std::uint64_t seq = 4; seq <= 6; ++seq) streams.on_event(outgoing(seq));
  EXPECT_EQ(s->seen, (Seen{4, 5, 6}));
  EXPECT_EQ(other->seen, (Seen{4, 5, 6}));
}

TEST_F(RoomStreamsTest, AnOldEventIsDropped) {
  const auto s = live(5);
  EXPECT_FALSE(streams.on_event(outgoing(5)));
  EXPECT_TRUE(streams.on_event(outgoing(6)));
  EXPECT_FALSE(streams.on_event(outgoing(6)));
  EXPECT_EQ(s->seen, (Seen{6}));
}

TEST_F(RoomStreamsTest, AHoleEndsTheStreamsWithResync) {
  const auto s = live(5);
  streams.on_event(outgoing(7));
  EXPECT_EQ(s->resyncs.size(), 1U);
  EXPECT_TRUE(s->seen.empty());
  EXPECT_EQ(chat.closed, 1) << "nobody is left";
  EXPECT_EQ(streams.room_count(), 0U);
  EXPECT_EQ(streams.resyncs(), 1U);
}

TEST_F(RoomStreamsTest, AfterAHoleWhoeverComesBackIsLiveAgain) {
  const auto s = live(5);
  streams.on_event(outgoing(7));
  open(s, 7);
  start(7, 7);
  streams.on_event(outgoing(8));
  EXPECT_EQ(s->seen, (Seen{8}));
}

TEST_F(RoomStreamsTest, TooManyEventsWhileJoiningBeginAnewAtTheHead) {
  const auto other = live(0, kBob);
  const auto s = socket();
  open(s, 0);
  const auto count = model::kMaxJoiningEvents + 1;
  for (std::uint64_t seq = 1; seq <= count; ++seq) streams.on_event(outgoing(seq));
  start(0, 0);
  EXPECT_EQ(answers.size(), 1U) << "only the other one's";
  ASSERT_EQ(chat.requests.size(), 1U);
  EXPECT_FALSE(chat.requests[0].request.from) << "from the head on";
  start(count, count);
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_TRUE(answers[1]->resync);
  EXPECT_EQ(answers[1]->seq, model::Seq{count});
  streams.on_event(outgoing(count + 1));
  EXPECT_EQ(s->seen, (Seen{count + 1}));
}

TEST_F(RoomStreamsTest, AsManyEventsAsMayBeKeptAreKept) {
  const auto other = live(0, kBob);
  const auto s = socket();
  open(s, 0);
  for (std::uint64_t seq = 1; seq <= model::kMaxJoiningEvents; ++seq) streams.on_event(outgoing(seq));
  start(0, 0);
  EXPECT_FALSE(answers[1]->resync);
  EXPECT_EQ(s->seen.size(), model::kMaxJoiningEvents);
}

TEST_F(RoomStreamsTest, AJoinThatNeverCatchesUpIsAnsweredBusy) {
  const auto other = live(0, kBob);
  const auto s = socket();
  open(s, 0);
  std::uint64_t seq = 0;
  while (answers.size() < 2 && seq < 10'000) {
    for (std::size_t i = 0; i <= model::kMaxJoiningEvents; ++i) streams.on_event(outgoing(++seq));
    start(0, 0);
  }
  ASSERT_EQ(answers.size(), 2U);
  EXPECT_EQ(answers[1].error(), chat::errc::busy);
  EXPECT_FALSE(streams.has_stream(s, kRoom));
}

TEST_F(RoomStreamsTest, ARefusalEndsTheStream) {
  const auto s = socket();
  open(s, 1);
  reply(chat::errc::unknown_room);
  EXPECT_EQ(answers[0].error(), chat::errc::unknown_room);
  EXPECT_FALSE(streams.has_stream(s, kRoom));
  EXPECT_EQ(chat.closed, 0) << "chat has opened nothing";
}

TEST_F(RoomStreamsTest, AskingAgainStartsTheStreamAnew) {
  const auto s = live(5);
  streams.on_event(outgoing(6));
  open(s, 4);
  streams.on_event(outgoing(7));
  EXPECT_EQ(s->seen, (Seen{6})) << "joining: nothing goes past the range";
  start(4, 6);
  EXPECT_EQ(s->seen, (Seen{6, 5, 6, 7}));
}

TEST_F(RoomStreamsTest, AskingAgainWhileJoiningGivesTheFirstUp) {
  const auto s = socket();
  open(s, 1);
  open(s, 2);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].error(), chat::errc::busy);
  start(1, 3);
  EXPECT_TRUE(s->seen.empty()) << "the first request does not count any more";
  start(2, 3);
  EXPECT_EQ(s->seen, (Seen{3}));
  EXPECT_EQ(answers.size(), 2U);
}

TEST_F(RoomStreamsTest, ALeaveIsSeenByWhoLeftAndNothingAfterIt) {
  const auto leaver = live(1, kAda);
  const auto other = live(1, kBob);
  streams.on_event(outgoing(2, model::EventKind::member_left, kAda));
  streams.on_event(outgoing(3));
  EXPECT_EQ(leaver->seen, (Seen{2}));
  EXPECT_EQ(other->seen, (Seen{2, 3}));
  EXPECT_TRUE(leaver->rooms.empty());
}

TEST_F(RoomStreamsTest, ALeaveAmongTheKeptEventsEndsTheStreamToo) {
  const auto other = live(1, kBob);
  const auto leaver = socket();
  open(leaver, 1, kAda);
  streams.on_event(outgoing(2, model::EventKind::member_left, kAda));
  streams.on_event(outgoing(3));
  start(1, 1);
  EXPECT_EQ(leaver->seen, (Seen{2}));
  EXPECT_FALSE(streams.has_stream(leaver, kRoom));
  EXPECT_TRUE(answers[1]);
}

TEST_F(RoomStreamsTest, ALeaveIsSettledOnceItsEventIsOut) {
  const auto leaver = live(1, kAda);
  auto token = std::make_shared<int>(0);
  const std::weak_ptr<int> settled = token;
  streams.end_user(kRoom, kAda, model::Seq{2}, std::move(token));
  EXPECT_FALSE(settled.expired());
  streams.on_event(outgoing(2, model::EventKind::member_left, kAda));
  EXPECT_TRUE(settled.expired());
  EXPECT_EQ(leaver->seen, (Seen{2}));
}

TEST_F(RoomStreamsTest, ALeaveIsSettledAtOnceWhereNothingIsLeftToEnd) {
  const auto other = live(1, kBob);
  auto token = std::make_shared<int>(0);
  const std::weak_ptr<int> settled = token;
  streams.end_user(kRoom, kAda, model::Seq{2}, std::move(token));
  EXPECT_TRUE(settled.expired());
  EXPECT_TRUE(streams.on_event(outgoing(2)));  // the leave itself has gone out here
  const auto leaver = live(2, kAda);
  token = std::make_shared<int>(0);
  const std::weak_ptr<int> again = token;
  streams.end_user(kRoom, kAda, model::Seq{2}, std::move(token));
  EXPECT_TRUE(again.expired());
  EXPECT_FALSE(streams.has_stream(leaver, kRoom));
}

TEST_F(RoomStreamsTest, TheLastSocketThatGoesClosesTheRoom) {
  const auto a = live(1);
  const auto b = live(1);
  streams.drop(a);
  EXPECT_EQ(chat.closed, 0);
  streams.drop(b);
  EXPECT_EQ(chat.closed, 1);
  EXPECT_FALSE(streams.on_event(outgoing(2)));
  EXPECT_EQ(chat.closed, 2) << "an event for nobody: chat is told again";
}

TEST_F(RoomStreamsTest, ASocketThatGoesWhileJoiningIsForgottenWhenItsRangeComes) {
  const auto s = socket();
  open(s, 1);
  streams.drop(s);
  EXPECT_EQ(chat.closed, 0) << "the opening is still under way";
  start(1, 3);
  EXPECT_TRUE(s->seen.empty());
  EXPECT_EQ(chat.closed, 1);
}

TEST_F(RoomStreamsTest, ASocketMayGoWhileItIsSentTo) {
  const auto a = live(1);
  const auto b = live(1);
  a->on_send = [&] { streams.drop(a); };
  streams.on_event(outgoing(2));
  streams.on_event(outgoing(3));
  EXPECT_EQ(b->seen, (Seen{2, 3}));
  EXPECT_FALSE(streams.has_stream(a, kRoom));
}

TEST_F(RoomStreamsTest, ASocketHasALimitOfStreams) {
  const auto s = socket();
  for (int i = 0; i < 3; ++i) streams.open(s, kAda, model::RoomId::random(), {}, [](const result<StreamAnswer>&) {});
  open(s, 1);
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].error(), chat::errc::busy);
}

TEST_F(RoomStreamsTest, AResyncOfTheRoomReachesWhoIsLive) {
  const auto s = live(5);
  streams.on_resync(kRoom, "another epoch");
  EXPECT_EQ(s->resyncs, (std::vector<std::string>{"another epoch"}));
  open(s, std::nullopt);
  start(0, 0);
  streams.on_event(outgoing(1));
  EXPECT_EQ(s->seen, (Seen{1}));
}

}  // namespace
}  // namespace skat::gateway
