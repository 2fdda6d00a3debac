#include "fold/fold.hpp"

#include <gtest/gtest.h>

#include <string>

#include "fold/testing/records.hpp"
#include "model/limits.hpp"

namespace skat::fold {
namespace {

using namespace testing;
using model::Access;

class FoldRules : public ::testing::Test {
 protected:
  Outcome apply(const model::Record& record, base::WallTime time = kTime) { return fold_.apply(record, time); }
  // What is left of an outcome for most rules: the error, or none.
  error_code error_of(const model::Record& record) {
    const Outcome outcome = apply(record);
    EXPECT_EQ(outcome.event.has_value(), outcome.verdict == Verdict::accepted);
    return outcome.error;
  }
  void accept(const model::Record& record) { EXPECT_EQ(apply(record).verdict, Verdict::accepted); }

  Fold fold_{kEpoch};
};

// ---- Rooms and numbers ----------------------------------------------------------------------------------------------

TEST_F(FoldRules, TheFirstRecordMakesTheRoomAndItsSenderOwnerAndMember) {
  const Outcome outcome = apply(create(1, 5));
  ASSERT_EQ(outcome.verdict, Verdict::accepted);
  EXPECT_EQ(outcome.event->room, room_id(1));
  EXPECT_EQ(outcome.event->epoch, kEpoch);
  EXPECT_EQ(outcome.event->seq, model::Seq{1});
  EXPECT_FALSE(outcome.event->mseq);
  EXPECT_EQ(outcome.event->kind, model::EventKind::room_created);
  EXPECT_EQ(outcome.event->body, R"({"name":"user 5","room_name":"room 1","access":"open"})");
  const auto view = fold_.room(room_id(1));
  ASSERT_TRUE(view);
  EXPECT_EQ(view->owner, user_id(5));
  EXPECT_EQ(view->members, 1u);
  EXPECT_EQ(view->name, "room 1");
  EXPECT_TRUE(fold_.may_read(room_id(1), user_id(5)));
  EXPECT_FALSE(fold_.may_read(room_id(1), user_id(6)));
}

TEST_F(FoldRules, ASecondCreationIsRefused) {
  accept(create(1, 5));
  EXPECT_EQ(error_of(create(1, 6)), errc::room_exists);
  EXPECT_EQ(fold_.room(room_id(1))->owner, user_id(5));
}

TEST_F(FoldRules, ARepeatedCreationIsADuplicate) {
  accept(create(1, 5));
  EXPECT_EQ(apply(create(1, 5)).verdict, Verdict::duplicate);
}

TEST_F(FoldRules, SeqIsDenseOverEventsAndMseqOverMessages) {
  accept(create(1, 1));
  EXPECT_EQ(apply(send(1, 1, 2)).event->mseq, model::MSeq{1});
  accept(join(1, 2, 1));
  EXPECT_EQ(error_of(send(1, 3, 1)), errc::not_a_member);  // takes no number
  const Outcome outcome = apply(send(1, 2, 2));
  EXPECT_EQ(outcome.event->seq, model::Seq{4});
  EXPECT_EQ(outcome.event->mseq, model::MSeq{2});
  EXPECT_EQ(fold_.room(room_id(1))->seq, model::Seq{4});
  EXPECT_EQ(fold_.room(room_id(1))->mseq, model::MSeq{2});
}

TEST_F(FoldRules, AnEventCarriesItsKeyAndBody) {
  accept(create(1, 1));
  const Outcome sent = apply(send(1, 1, 9, 1, "say \"hé\" \\ \n\x01"));
  EXPECT_EQ(sent.event->sender, user_id(1));
  EXPECT_EQ(sent.event->device, model::DeviceId{1});
  EXPECT_EQ(sent.event->n, model::N{9});
  EXPECT_EQ(sent.event->kind, model::EventKind::message);
  EXPECT_EQ(sent.event->body, R"({"name":"user 1","text":"say \"hé\" \\ \n\u0001"})");
  const Outcome joined = apply(join(1, 2, 1));
  EXPECT_EQ(joined.event->kind, model::EventKind::member_joined);
  EXPECT_EQ(joined.event->body, R"({"name":"user 2"})");
  EXPECT_EQ(apply(leave(1, 2, 2)).event->kind, model::EventKind::member_left);
}

TEST_F(FoldRules, RoomTimeNeverGoesBack) {
  using std::chrono::milliseconds;
  EXPECT_EQ(apply(create(1, 1), kTime).event->ts, kTime);
  EXPECT_EQ(apply(send(1, 1, 2), kTime - milliseconds{50}).event->ts, kTime);
  EXPECT_EQ(apply(send(1, 1, 3), kTime + milliseconds{5}).event->ts, kTime + milliseconds{5});
  EXPECT_EQ(apply(create(2, 1), kTime - milliseconds{50}).event->ts, kTime - milliseconds{50});
}

TEST_F(FoldRules, ARecordOfAnUnknownRoomLeavesNothingBehind) {
  for (std::uint8_t room = 1; room < 200; ++room) EXPECT_EQ(error_of(send(room, 1, 1)), errc::unknown_room);
  EXPECT_EQ(fold_.room_count(), 0u);
  EXPECT_TRUE(fold_.snapshot(room_id(1)).empty());
}

TEST_F(FoldRules, DroppedRoomsAreUnknown) {
  accept(create(1, 1));
  fold_.drop(room_id(1));
  EXPECT_FALSE(fold_.room(room_id(1)));
  EXPECT_EQ(error_of(send(1, 1, 2)), errc::unknown_room);
}

// ---- Rights ---------------------------------------------------------------------------------------------------------

TEST_F(FoldRules, AnOpenRoomIsJoinedOnceAndLeftOnce) {
  accept(create(1, 1));
  accept(join(1, 2, 1));
  EXPECT_EQ(error_of(join(1, 2, 2)), errc::already_a_member);
  EXPECT_EQ(fold_.room(room_id(1))->members, 2u);
  accept(leave(1, 2, 3));
  EXPECT_EQ(error_of(leave(1, 2, 4)), errc::not_a_member);
  EXPECT_FALSE(fold_.may_read(room_id(1), user_id(2)));
  EXPECT_EQ(error_of(send(1, 2, 5)), errc::not_a_member);
  accept(join(1, 2, 6));
  EXPECT_TRUE(fold_.may_read(room_id(1), user_id(2)));
}

TEST_F(FoldRules, AClosedRoomIsNotJoined) {
  accept(create(1, 1, 1, Access::closed));
  EXPECT_EQ(error_of(join(1, 2, 1)), errc::not_joinable);
  EXPECT_EQ(error_of(join(1, 1, 2)), errc::already_a_member);
  accept(send(1, 1, 3));
}

TEST_F(FoldRules, InTheLobbyEveryoneIsAMemberWithoutAsking) {
  accept(create_lobby());
  auto talk = send(0, 9, 1), enter = join(0, 9, 2), quit = leave(0, 9, 3);
  talk.room = enter.room = quit.room = model::kLobby;
  accept(talk);
  EXPECT_EQ(error_of(enter), errc::not_joinable);
  EXPECT_EQ(error_of(quit), errc::cannot_leave);
  EXPECT_TRUE(fold_.may_read(model::kLobby, user_id(1234)));
  EXPECT_EQ(fold_.room(model::kLobby)->members, 0u);
}

TEST_F(FoldRules, TheLobbyIsEveryonesWhateverItsRecordSays) {
  auto made = create_lobby();
  made.access = Access::closed;
  EXPECT_EQ(apply(made).event->body, R"({"name":"user 0","room_name":"room 0","access":"everyone"})");
  EXPECT_EQ(fold_.room(model::kLobby)->access, Access::everyone);
}

TEST_F(FoldRules, NoOtherRoomIsEveryones) {
  EXPECT_EQ(error_of(create(1, 1, 1, Access::everyone)), errc::invalid_record);
  EXPECT_EQ(fold_.room_count(), 0u);
}

// ---- What is storable -----------------------------------------------------------------------------------------------

TEST_F(FoldRules, BytesThatAreNoRecordTouchNoRoom) {
  accept(create(1, 1));
  const std::string before = fold_.snapshot(room_id(1));
  const Outcome outcome = fold_.apply(error_code(errc::stale), kTime);  // any error of a decoder
  EXPECT_EQ(outcome.verdict, Verdict::refused);
  EXPECT_EQ(outcome.error, errc::invalid_record);
  EXPECT_EQ(fold_.snapshot(room_id(1)), before);
}

TEST_F(FoldRules, AnNOutOfRangeTouchesNoRoom) {
  accept(create(1, 1));
  const std::string before = fold_.snapshot(room_id(1));
  EXPECT_EQ(error_of(send(1, 1, 0)), errc::invalid_record);
  EXPECT_EQ(error_of(send(1, 1, model::kMaxN + 1)), errc::invalid_record);
  EXPECT_EQ(fold_.snapshot(room_id(1)), before);
}

TEST_F(FoldRules, TextThatCannotBeStoredIsRefused) {
  accept(create(1, 1));
  std::uint64_t n = 1;
  for (const std::string& text : {std::string(), std::string("a\0b", 3), std::string("\xff"),
                                  std::string("\xed\xa0\x80"), std::string(model::kMaxTextBytes + 1, 'x')})
    EXPECT_EQ(error_of(send(1, 1, ++n, 1, text)), errc::invalid_record);
  EXPECT_EQ(apply(send(1, 1, ++n, 1, std::string(model::kMaxTextBytes, 'x'))).event->seq, model::Seq{2});
}

TEST_F(FoldRules, NamesThatCannotBeStoredAreRefused) {
  accept(create(1, 1));
  std::uint64_t n = 1;
  std::string longest;
  for (std::size_t i = 0; i < model::kMaxNameCodePoints; ++i) longest += "🂡";
  for (const std::string& name : {std::string(), longest + "x", std::string("a\nb"), std::string("a\x7f"),
                                  std::string("\xc2\x85"), std::string("\xc3")}) {
    auto sent = send(1, 1, ++n);
    sent.name = name;
    EXPECT_EQ(error_of(sent), errc::invalid_record) << name;
    auto made = create(2, 1);
    made.room_name = name;
    EXPECT_EQ(error_of(made), errc::invalid_record) << name;
  }
  auto sent = send(1, 1, ++n);
  sent.name = longest;
  accept(sent);
}

// ---- The window -----------------------------------------------------------------------------------------------------

TEST_F(FoldRules, ACopyIsADuplicateWhateverItsSenderMayDoNow) {
  accept(create(1, 1));
  accept(join(1, 2, 1));
  accept(send(1, 2, 2));
  accept(leave(1, 2, 3));
  EXPECT_EQ(apply(send(1, 2, 2)).verdict, Verdict::duplicate);
}

TEST_F(FoldRules, ARefusalUsesUpItsNWhateverHasChangedSince) {
  accept(create(1, 1));
  EXPECT_EQ(error_of(send(1, 2, 1)), errc::not_a_member);
  accept(join(1, 2, 2));
  const Outcome again = apply(send(1, 2, 1));
  EXPECT_EQ(again.verdict, Verdict::refused);
  EXPECT_EQ(again.error, errc::refused_before);
  accept(send(1, 2, 3));
}

TEST_F(FoldRules, ARecordThatCannotBeStoredUsesUpItsN) {
  accept(create(1, 1));
  EXPECT_EQ(error_of(send(1, 1, 2, 1, "")), errc::invalid_record);
  EXPECT_EQ(error_of(send(1, 1, 2, 1, "better")), errc::refused_before);
}

TEST_F(FoldRules, ARepeat1100SendsLaterIsStale) {
  accept(create(1, 1));
  for (std::uint64_t n = 2; n <= 1102; ++n) accept(send(1, 1, n));
  const Outcome outcome = apply(send(1, 1, 2));
  EXPECT_EQ(outcome.verdict, Verdict::stale);
  EXPECT_EQ(outcome.error, errc::stale);
  EXPECT_EQ(fold_.room(room_id(1))->seq, model::Seq{1102});
}

TEST_F(FoldRules, LateValuesWithin512AreStillAcceptedOnce) {
  accept(create(1, 1));
  accept(send(1, 1, 2 + model::kMaxUnresolvedSpan));
  for (std::uint64_t n = 2; n < 2 + model::kMaxUnresolvedSpan; ++n) accept(send(1, 1, n));
  EXPECT_NE(apply(send(1, 1, 2)).verdict, Verdict::accepted);
}

TEST_F(FoldRules, DevicesOfOneSenderCountForThemselves) {
  accept(create(1, 1, 1, Access::open, 10));
  accept(send(1, 1, 1, 11));
  EXPECT_EQ(apply(send(1, 1, 1, 11)).verdict, Verdict::duplicate);
  EXPECT_EQ(apply(send(1, 1, 1, 10)).verdict, Verdict::duplicate);
}

TEST_F(FoldRules, ASeventeenthDeviceTakesThePlaceOfTheOldest) {
  accept(create(1, 1, 1, Access::open, 100));
  for (std::uint64_t device = 101; device < 100 + model::kMaxDevicesPerSender; ++device) accept(send(1, 1, 1, device));
  EXPECT_EQ(apply(send(1, 1, 2, 99)).verdict, Verdict::stale);  // older than all
  EXPECT_EQ(apply(send(1, 1, 1, 100)).verdict, Verdict::duplicate);
  accept(send(1, 1, 1, 200));
  EXPECT_EQ(apply(send(1, 1, 2, 100)).verdict, Verdict::stale);
  EXPECT_EQ(apply(send(1, 1, 1, 101)).verdict, Verdict::duplicate);
  accept(send(1, 1, 1, 150));  // unknown, but above the oldest that is remembered
  EXPECT_EQ(apply(send(1, 1, 2, 101)).verdict, Verdict::stale);
  EXPECT_EQ(apply(send(1, 1, 1, 150)).verdict, Verdict::duplicate);
  accept(join(1, 2, 1, 1));  // another sender's devices are his own
}

TEST_F(FoldRules, AMillionDevicesOfOneSenderStayBounded) {
  accept(create(1, 1));
  result<model::Record> sent = send(1, 1, 1000);  // a wide window each
  for (std::uint64_t device = 2; device <= 1'000'000; ++device) {
    sent->device = model::DeviceId{device};
    ASSERT_EQ(fold_.apply(sent, kTime).verdict, Verdict::accepted);
  }
  EXPECT_LT(fold_.snapshot(room_id(1)).size(), 5000u);
}

TEST_F(FoldRules, ManySendersInOneRoomTakeABoundedSpaceEach) {
  constexpr std::uint32_t kSenders = 200'000;
  accept(create(1, 1));
  result<model::Record> joined = join(1, 2, 1);
  for (std::uint32_t user = 2; user <= kSenders; ++user) {
    joined->sender = user_id(user);
    ASSERT_EQ(fold_.apply(joined, kTime).verdict, Verdict::accepted);
  }
  EXPECT_EQ(fold_.room(room_id(1))->members, kSenders);
  const std::string state = fold_.snapshot(room_id(1));
  EXPECT_LT(state.size(), std::size_t{36} * kSenders);
  Fold other(kEpoch);
  ASSERT_TRUE(other.load(room_id(1), state));
  EXPECT_EQ(other.room(room_id(1))->members, kSenders);
  EXPECT_TRUE(other.may_read(room_id(1), user_id(kSenders)));
}

}  // namespace
}  // namespace skat::fold
