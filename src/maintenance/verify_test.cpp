#include "maintenance/verify.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "maintenance/testing/conversation.hpp"

namespace skat::maintenance {
namespace {

using testing::Conversation;
using testing::room_id;
using testing::World;

class Verify : public ::testing::Test {
 protected:
  VerifyReport verify() {
    auto report = verify_blocking(*world_.asker, *world_.log, *world_.maintenance, world_.progress);
    EXPECT_TRUE(report);
    return report ? std::move(*report) : VerifyReport{};
  }
  static std::string sentences(const VerifyReport& report) {
    std::string all;
    for (const auto& sentence : report.findings.sentences()) all += sentence + "\n";
    return all;
  }
  // The sentences after `sql` was done to the store.
  std::string after(const std::string& sql) {
    World::tamper(world_.store_path(), sql);
    return sentences(verify());
  }
  static std::string blob(std::uint8_t room) { return "x'" + room_id(room).hex() + "'"; }

  World world_;
  Conversation talk_{world_};
};

TEST_F(Verify, AnEmptyStoreAgreesWithAnEmptyLog) {
  world_.archive();
  const auto report = verify();
  EXPECT_EQ(sentences(report), "");
  EXPECT_EQ(report.events, 0u);
}

TEST_F(Verify, WhatAnArchiverWroteIsWhatTheLogMakes) {
  talk_.talk();
  world_.archive();
  for (std::uint8_t room = 1; room <= 4; ++room) talk_.say(room, 1, "behind the snapshots");
  world_.archive(World::Snapshots::none);
  talk_.say(1, 1, "not archived yet");
  const auto report = verify();
  EXPECT_EQ(sentences(report), "");
  EXPECT_EQ(report.events, Conversation::kTalkEvents + 4);
  EXPECT_EQ(report.compared, report.events);
  EXPECT_EQ(report.older_rooms, 0u);
  EXPECT_EQ(report.partitions, 2u);
  ASSERT_EQ(report.rooms.size(), 4u);
  EXPECT_EQ(report.rooms[0].head, model::Seq{10});
}

TEST_F(Verify, EqualStoresHaveEqualHashesAndOthersHaveNot) {
  talk_.talk();
  world_.archive();
  const auto first = verify(), second = verify();
  EXPECT_EQ(first.hash, second.hash);
  talk_.say(3, 1, "one more");
  world_.archive();
  const auto third = verify();
  EXPECT_NE(first.hash, third.hash);
  EXPECT_EQ(first.rooms[0].hash, third.rooms[0].hash);
  EXPECT_NE(first.rooms[2].hash, third.rooms[2].hash);
}

TEST_F(Verify, ALogThatWasTrimmedVouchesForWhatItStillHas) {
  talk_.talk();
  world_.archive();
  for (std::uint32_t partition = 0; partition < 2; ++partition) {
    world_.trim(partition, world_.bounds(partition).end.value() - 1);
  }
  talk_.create(5);
  for (std::uint8_t room = 1; room <= 5; ++room) talk_.say(room, 1, "later");
  world_.archive(World::Snapshots::none);
  const auto report = verify();
  EXPECT_EQ(sentences(report), "");
  EXPECT_EQ(report.older_rooms, 4u);
  EXPECT_EQ(report.compared, 4u + 2u);
  EXPECT_NE(
      after("UPDATE events SET body = replace(body, 'later', 'Later') WHERE room = " + blob(2)).find("another body"),
      std::string::npos);
}

struct Tampering {
  const char* sql;  // {0}: the id of room 2
  const char* sentence;
};
class VerifyTampering : public Verify, public ::testing::WithParamInterface<Tampering> {};

TEST_P(VerifyTampering, IsNamedInASentence) {
  talk_.talk();
  world_.archive();
  ASSERT_EQ(sentences(verify()), "");
  const auto said = after(fmt::format(fmt::runtime(GetParam().sql), blob(2)));
  EXPECT_NE(said.find(GetParam().sentence), std::string::npos) << said;
}

INSTANTIATE_TEST_SUITE_P(
    OfTheStore, VerifyTampering,
    ::testing::Values(
        Tampering{"UPDATE events SET body = replace(body, 'hello 1', 'hellO 1') WHERE room = {0}",
                  "event 4 is not what the log makes of it: stored with another body"},
        Tampering{"UPDATE events SET body = replace(body, 'Ada', 'Eve') WHERE room = {0} AND seq = 1",
                  "event 1 is not what the log makes of it: stored with another body"},
        Tampering{
            "UPDATE events SET ts = ts + 60000, sender = x'00112233445566778899aabbccddeeff' WHERE room = {0} AND "
            "seq = 9",
            "event 9 is not what the log makes of it: stored with another sender, time"},
        Tampering{"UPDATE events SET ts = ts - 60000 WHERE room = {0} AND seq = 2", "is older than the one before it"},
        Tampering{"UPDATE events SET epoch = epoch + 1 WHERE room = {0} AND seq = 1", "stored with another epoch"},
        Tampering{"DELETE FROM events WHERE room = {0} AND seq = 5", "event 5 is missing"},
        Tampering{"DELETE FROM events WHERE room = {0} AND seq = 9",
                  "the log makes events up to 9, the store has them up "
                  "to 8"},
        Tampering{"DELETE FROM events WHERE room = {0}", "the log makes events up to 9, the store has none"},
        Tampering{"INSERT INTO events SELECT room, epoch, 10, 8, kind, sender, device, 99, ts, body FROM events WHERE "
                  "room = {0} AND seq = 9",
                  "event 10 is stored, but the log makes events up to 9 only"},
        Tampering{"INSERT INTO events SELECT x'99999999999999999999999999999999', epoch, seq, mseq, kind, sender, "
                  "device, n, ts, body FROM events WHERE room = {0}",
                  "room 99999999999999999999999999999999: it has events, but the log has no record that makes any"},
        Tampering{"UPDATE events SET mseq = NULL WHERE room = {0} AND seq = 4", "event 4 is a message but has no mseq"},
        Tampering{"DROP INDEX events_key; UPDATE events SET n = 2 WHERE room = {0} AND seq = 5",
                  "two events have the key of sender"},
        Tampering{"DELETE FROM members WHERE room = {0}", "is a member by the events, but not written down"},
        Tampering{"INSERT INTO members VALUES (x'00112233445566778899aabbccddeeff', {0})",
                  "user 00112233445566778899aabbccddeeff is written down as a member, but the events do not say so"},
        Tampering{"UPDATE rooms SET members = 9 WHERE room = {0}", "its row counts 9 members, there are 1"},
        Tampering{"UPDATE rooms SET name = 'x' WHERE room = {0}", "its row says another name"},
        Tampering{"UPDATE rooms SET access = 2 WHERE room = {0}", "its row says access closed, its creation open"},
        Tampering{"UPDATE rooms SET created = 5 WHERE room = {0}", "another time of creation"},
        Tampering{"DELETE FROM rooms WHERE room = {0}", "it has events, but no row among the rooms"},
        Tampering{"UPDATE snapshots SET state = x'00' WHERE room = {0}", "its snapshot cannot be read"},
        Tampering{"UPDATE snapshots SET as_of = 999 WHERE room = {0}", "its snapshot is of offset 999"},
        Tampering{
            "UPDATE snapshots SET state = (SELECT state FROM snapshots WHERE room <> {0} LIMIT 1) WHERE room = {0}",
            "its snapshot with the records behind it makes another state"},
        Tampering{"DELETE FROM dead_letters", "is not storable, but is not among the dead letters"},
        Tampering{"UPDATE log_progress SET next_offset = next_offset + 5", "the log is older"},
        Tampering{"UPDATE log_progress SET log_id = 'another'", "`skat log adopt`"},
        Tampering{"UPDATE log_progress SET next_offset = next_offset - 1, snapshots_as_of = 0",
                  "is stored, but the log makes events up to"}));

TEST_F(Verify, ARecordThatTheLogHasLostShowsInTheEventsBehindIt) {
  talk_.talk();
  world_.archive();
  World::tamper(world_.log_path(), "DELETE FROM log_entries WHERE offset = 3");
  world_.close();
  world_.open();
  EXPECT_NE(sentences(verify()).find("is not what the log makes of it"), std::string::npos);
}

TEST_F(Verify, ManyDisagreementsAreCountedAndTheFirstAreTold) {
  talk_.create(1);
  for (int i = 0; i < 150; ++i) talk_.say(1, 1, "x");
  world_.archive();
  World::tamper(world_.store_path(), "UPDATE events SET body = '{}' WHERE mseq IS NOT NULL");
  const auto report = verify();
  EXPECT_EQ(report.findings.count(), 150u);
  EXPECT_EQ(report.findings.sentences().size(), Findings::kMaxKept);
}

}  // namespace
}  // namespace skat::maintenance
