#include "maintenance/event_digest.hpp"

#include <gtest/gtest.h>

namespace skat::maintenance {
namespace {

model::Event make_event() {
  model::Event event;
  event.room = model::RoomId{{1, 2, 3}};
  event.epoch = model::Epoch{4};
  event.seq = model::Seq{5};
  event.mseq = model::MSeq{6};
  event.kind = model::EventKind::message;
  event.sender = model::UserId{{7}};
  event.device = model::DeviceId{8};
  event.n = model::N{9};
  event.ts = base::from_millis(10);
  event.body = R"({"name":"Ada","text":"hi"})";
  return event;
}

// By another program, from docs/maintenance.md.
TEST(EventDigest, IsTheOneOfTheDocument) {
  Hasher hasher;
  const auto digest = hasher.of(make_event());
  EXPECT_EQ(to_hex(digest), "cf94dc4977039fdc799eef3a41052acd");
  const auto room = hasher.roll(Digest{}, digest);
  EXPECT_EQ(to_hex(room), "b4f138428acb5574b99745295c6ee8dd");
  EXPECT_EQ(to_hex(hasher.roll(Digest{}, make_event().room, model::Seq{5}, room)), "73de26b737ee0ad7a4c4c2df3d064f33");
}

TEST(EventDigest, EveryFieldCounts) {
  Hasher hasher;
  const auto original = hasher.of(make_event());
  const auto differs = [&](auto change) {
    auto event = make_event();
    change(event);
    return hasher.of(event) != original;
  };
  EXPECT_TRUE(differs([](auto& e) { e.room = model::RoomId{{1, 2, 4}}; }));
  EXPECT_TRUE(differs([](auto& e) { e.epoch = model::Epoch{5}; }));
  EXPECT_TRUE(differs([](auto& e) { e.seq = model::Seq{6}; }));
  EXPECT_TRUE(differs([](auto& e) { e.mseq.reset(); }));
  EXPECT_TRUE(differs([](auto& e) { e.kind = model::EventKind::member_left; }));
  EXPECT_TRUE(differs([](auto& e) { e.sender = model::UserId{{8}}; }));
  EXPECT_TRUE(differs([](auto& e) { e.device = model::DeviceId{9}; }));
  EXPECT_TRUE(differs([](auto& e) { e.n = model::N{10}; }));
  EXPECT_TRUE(differs([](auto& e) { e.ts = base::from_millis(11); }));
  EXPECT_TRUE(differs([](auto& e) { e.body.back() = ' '; }));
  EXPECT_FALSE(differs([](auto&) {}));
}

}  // namespace
}  // namespace skat::maintenance
