#include "chat/rooms.hpp"

#include <gtest/gtest.h>

#include "chat/recent_memberships.hpp"
#include "chat/testing/chat_world.hpp"

namespace skat::chat {
namespace {

using testing::ChatWorld;
using testing::milliseconds;
using testing::seconds;

class RoomsTest : public ::testing::Test {
 protected:
  RoomsTest() {
    world_.start();
    welcome_ = world_.authenticate({"Ada", std::nullopt, false}).value();
    ada_ = welcome_.identity;
    bob_ = world_.guest("Bob");
  }
  result<Welcome> come_back() { return world_.authenticate({std::nullopt, welcome_.token, false}); }
  result<RoomInfo> info(const model::RoomId& room, const Identity& who) {
    return world_.ask<RoomInfo>([&](Done<RoomInfo> done) { world_.node().room_info(room, who.user, std::move(done)); });
  }
  result<RoomListPage> list(const std::string& after, std::size_t limit) {
    return world_.ask<RoomListPage>(
        [&](Done<RoomListPage> done) { world_.node().list_rooms(after, limit, std::move(done)); });
  }

  ChatWorld world_;
  Welcome welcome_;
  Identity ada_, bob_;
};

TEST_F(RoomsTest, TheCreatorIsAMember) {
  const auto room = world_.create(ada_, "Engine room");
  ASSERT_TRUE(room);
  EXPECT_EQ(room->name, "Engine room");
  EXPECT_EQ(room->access, model::Access::open);
  EXPECT_EQ(room->seq, model::Seq{1});
  EXPECT_EQ(room->mseq, model::MSeq{0});
  EXPECT_EQ(room->members, 1u);
  EXPECT_TRUE(world_.send(ada_, room->id, "hello", 2));
  ASSERT_EQ(world_.life->fanout.joined.size(), 1u);
  EXPECT_EQ(world_.life->fanout.joined[0].first, ada_.user);
}

TEST_F(RoomsTest, RepeatingACreationFindsTheSameRoom) {
  const auto room = world_.create(ada_, "Engine room");
  const auto again = world_.create(ada_, "engine ROOM");
  ASSERT_TRUE(room && again);
  EXPECT_EQ(again->id, room->id);
  EXPECT_EQ(again->name, "Engine room");
  EXPECT_EQ(again->seq, model::Seq{1});
}

TEST_F(RoomsTest, ANameBelongsToOneRoom) {
  ASSERT_TRUE(world_.create(ada_, "Engine room"));
  EXPECT_EQ(world_.create(bob_, "Engine room").error(), errc::name_taken);
  Identity other_device = ada_;
  other_device.device = model::issue_device_id();
  EXPECT_EQ(world_.create(other_device, "Engine room").error(), errc::name_taken);
  EXPECT_EQ(world_.create(bob_, "lobby").error(), errc::name_taken);
}

TEST_F(RoomsTest, OfTwoWhoWantANameAtOnceOneGetsIt) {
  std::vector<result<RoomInfo>> answers;
  for (const Identity* who : {&ada_, &bob_}) {
    world_.node().create_room(*who, "Engine room", model::Access::open,
                              [&](result<RoomInfo> answer) { answers.push_back(std::move(answer)); });
  }
  world_.run();
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(std::ranges::count_if(answers, [](const auto& answer) { return answer.has_value(); }), 1);
  EXPECT_EQ(world_.node().stats().rooms, 2u);  // and the lobby
}

TEST_F(RoomsTest, ANameThatWasReservedBeforeACrashMakesItsRoomAfterIt) {
  world_.power.cut_after(1);  // the reservation; not the append
  world_.node().create_room(ada_, "Engine room", model::Access::closed, [](const result<RoomInfo>&) {});
  world_.run();
  world_.start();
  EXPECT_EQ(world_.create(bob_, "Engine room").error(), errc::name_taken);
  const auto room = world_.create(ada_, "Engine room");
  ASSERT_TRUE(room);
  EXPECT_EQ(room->access, model::Access::closed) << "as it was reserved";
}

TEST_F(RoomsTest, WithoutTheStoreNoRoomIsMade) {
  world_.life->store.away = true;
  EXPECT_EQ(world_.create(ada_, "Engine room").error(), errc::unavailable);
  EXPECT_EQ(list("", 10).error(), errc::unavailable);
}

TEST_F(RoomsTest, BadNamesAndTheLobbysAccessAreRefused) {
  EXPECT_EQ(world_.create(ada_, "").error(), errc::bad_name);
  EXPECT_EQ(world_.create(ada_, std::string(65, 'x')).error(), errc::bad_name);
  EXPECT_FALSE(world_.create(ada_, "Another lobby", model::Access::everyone));
}

TEST_F(RoomsTest, TheListHasOpenRoomsByNameAndGoesOnFromItsCursor) {
  for (const char* name : {"delta", "Alpha", "charlie", "Bravo"}) ASSERT_TRUE(world_.create(ada_, name));
  ASSERT_TRUE(world_.create(ada_, "Aardvark", model::Access::closed));
  world_.advance(seconds(1));
  const auto first = list("", 3);
  ASSERT_EQ(first->rooms.size(), 3u);
  EXPECT_EQ(first->rooms[0].name, "Alpha");
  EXPECT_EQ(first->rooms[2].name, "charlie");
  ASSERT_TRUE(first->next);
  const auto second = list(*first->next, 3);
  ASSERT_EQ(second->rooms.size(), 1u);
  EXPECT_EQ(second->rooms[0].name, "delta");
  EXPECT_FALSE(second->next);
}

TEST_F(RoomsTest, AListIsNoLongerThanOneMayBeWhateverIsAsked) {
  for (int i = 0; i < 101; ++i) ASSERT_TRUE(world_.create(ada_, "room " + std::to_string(i)));
  world_.advance(seconds(1));
  EXPECT_EQ(list("", 1'000'000)->rooms.size(), 100u);
}

TEST_F(RoomsTest, ARoomIsDescribedToWhomItIsListedOrWhoIsInIt) {
  const auto open = world_.create(ada_, "Open")->id;
  const auto closed = world_.create(ada_, "Closed", model::Access::closed)->id;
  EXPECT_TRUE(info(open, bob_));
  EXPECT_EQ(info(closed, bob_).error(), errc::unknown_room);
  EXPECT_TRUE(info(closed, ada_));
  EXPECT_EQ(info(model::RoomId::random(), ada_).error(), errc::unknown_room);
}

TEST_F(RoomsTest, HeadsAreThoseOfTheFoldWhileTheStoreLags) {
  const auto room = world_.create(ada_, "Engine room")->id;
  world_.advance(seconds(1));
  world_.life->store.fail_archives = ~std::size_t{0};
  ASSERT_TRUE(world_.send(ada_, room, "x"));
  const auto described = info(room, ada_);
  EXPECT_EQ(described->seq, model::Seq{2});
  EXPECT_EQ(described->mseq, model::MSeq{1});
}

TEST_F(RoomsTest, AWelcomeShowsWhatTheStoreDoesNotKnowYet) {
  const auto mine = world_.create(ada_, "Mine")->id;
  const auto bobs = world_.create(bob_, "Bob's")->id;
  ASSERT_TRUE(world_.join(ada_, bobs));
  world_.advance(seconds(1));
  world_.life->store.fail_archives = ~std::size_t{0};
  const auto late = world_.create(bob_, "Late")->id;
  ASSERT_TRUE(world_.join(ada_, late));
  ASSERT_TRUE(world_.leave(ada_, bobs));
  const auto welcome = come_back();
  ASSERT_TRUE(welcome);
  EXPECT_TRUE(welcome->rooms_complete);
  std::vector<model::RoomId> rooms;
  for (const RoomInfo& room : welcome->rooms) rooms.push_back(room.id);
  ASSERT_EQ(rooms.size(), 3u);
  EXPECT_EQ(rooms[0], model::kLobby);
  EXPECT_EQ(std::set(rooms.begin() + 1, rooms.end()), (std::set{mine, late}));
}

TEST_F(RoomsTest, AWelcomeShowsARoomJoinedWhileItWasReadEvenIfItIsArchivedByThen) {
  const auto room = world_.create(bob_, "Late")->id;
  world_.advance(seconds(1));
  world_.life->store.delay = milliseconds(100);
  std::optional<result<Welcome>> welcome;
  world_.node().authenticate({std::nullopt, welcome_.token, false}, [&](result<Welcome> got) { welcome = got; });
  world_.advance(milliseconds(150));  // the session is found, the rooms are being read
  ASSERT_TRUE(world_.join(ada_, room));
  world_.advance(seconds(1));
  ASSERT_TRUE(welcome && *welcome);
  EXPECT_EQ((*welcome)->rooms.size(), 2u);
}

TEST_F(RoomsTest, AWelcomeIsIncompleteWhileTheStoreIsAway) {
  ASSERT_TRUE(world_.create(ada_, "Mine"));
  world_.advance(RecentMemberships::kKept + seconds(1));
  ASSERT_TRUE(world_.create(bob_, "Another"));
  world_.advance(seconds(1));
  world_.life->store.away = true;
  const auto welcome = come_back();
  EXPECT_FALSE(welcome->rooms_complete);
  ASSERT_EQ(welcome->rooms.size(), 1u);
  EXPECT_EQ(welcome->rooms[0].id, model::kLobby);
}

TEST_F(RoomsTest, JoiningAndLeavingAreToldToAllOfAUsersSockets) {
  const auto room = world_.create(ada_, "Engine room")->id;
  ASSERT_TRUE(world_.join(bob_, room));
  const auto& joined = world_.life->fanout.joined.back();
  EXPECT_EQ(joined.first, bob_.user);
  EXPECT_EQ(joined.second.id, room);
  EXPECT_EQ(joined.second.seq, model::Seq{2});
  EXPECT_EQ(joined.second.members, 2u);
  ASSERT_TRUE(world_.leave(bob_, room));
  EXPECT_EQ(world_.life->fanout.left.back(), (std::pair{bob_.user, room}));
}

}  // namespace
}  // namespace skat::chat
