// The meaning of version 1, frozen: tests/golden/fold_v1.jsonl holds a log, its siblings the outcomes and the snapshots
// at its end. A failure here is a change of meaning, and that needs a new version, not new files.
#include <gtest/gtest.h>

#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/encoding.hpp"
#include "fold/fold.hpp"

namespace skat::fold {
namespace {

namespace json = boost::json;

template <class T, std::size_t size>
T from_text(const std::array<std::pair<std::string_view, T>, size>& words, std::string_view text) {
  for (const auto& [word, value] : words) {
    if (word == text) return value;
  }
  throw std::invalid_argument(std::string(text));
}

constexpr std::array<std::pair<std::string_view, model::RecordKind>, 4> kKinds{
    {{"room.create", model::RecordKind::room_create},
     {"member.join", model::RecordKind::member_join},
     {"member.leave", model::RecordKind::member_leave},
     {"message.send", model::RecordKind::message_send}}};
constexpr std::array<std::pair<std::string_view, model::Access>, 3> kAccess{
    {{"everyone", model::Access::everyone}, {"open", model::Access::open}, {"closed", model::Access::closed}}};
constexpr std::array<std::pair<std::string_view, Verdict>, 4> kVerdicts{{{"accepted", Verdict::accepted},
                                                                         {"refused", Verdict::refused},
                                                                         {"duplicate", Verdict::duplicate},
                                                                         {"stale", Verdict::stale}}};
constexpr std::array<std::pair<std::string_view, errc>, 8> kErrors{{{"invalid_record", errc::invalid_record},
                                                                    {"unknown_room", errc::unknown_room},
                                                                    {"room_exists", errc::room_exists},
                                                                    {"not_a_member", errc::not_a_member},
                                                                    {"already_a_member", errc::already_a_member},
                                                                    {"not_joinable", errc::not_joinable},
                                                                    {"cannot_leave", errc::cannot_leave},
                                                                    {"refused_before", errc::refused_before}}};

std::string text(const json::value& value) {
  return std::string(std::string_view(value.as_string()));
}

std::vector<json::object> read(const std::string& name) {
  std::ifstream file(std::string(SKAT_GOLDEN) + "/" + name);
  std::vector<json::object> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(json::parse(line).as_object());
  return lines;
}

result<model::Record> record_of(const json::value& value) {
  if (value.is_null()) return errc::invalid_record;
  const auto& from = value.as_object();
  const auto& body = from.at("body").as_object();
  model::Record record;
  record.room = model::RoomId::parse(text(from.at("room"))).value();
  record.kind = from_text(kKinds, text(from.at("kind")));
  record.sender = model::UserId::parse(text(from.at("sender"))).value();
  record.device = model::DeviceId{model::parse_hex64(text(from.at("device"))).value()};
  record.n = model::N{from.at("n").to_number<std::uint64_t>()};
  record.name = text(body.at("name"));
  if (const auto* member = body.if_contains("text")) record.text = text(*member);
  if (const auto* member = body.if_contains("room_name")) record.room_name = text(*member);
  if (const auto* member = body.if_contains("access")) record.access = from_text(kAccess, text(*member));
  return record;
}

void expect_outcome(const json::object& expected, const Outcome& outcome, const model::Record* record) {
  EXPECT_EQ(outcome.verdict, from_text(kVerdicts, text(expected.at("verdict"))));
  if (const auto* error = expected.if_contains("error")) {
    EXPECT_EQ(outcome.error, from_text(kErrors, text(*error)));
  }
  ASSERT_EQ(outcome.event.has_value(), expected.contains("seq"));
  if (!outcome.event) return;
  const model::Event& event = *outcome.event;
  EXPECT_EQ(event.seq.value(), expected.at("seq").to_number<std::uint64_t>());
  ASSERT_EQ(event.mseq.has_value(), expected.contains("mseq"));
  if (event.mseq) {
    EXPECT_EQ(event.mseq->value(), expected.at("mseq").to_number<std::uint64_t>());
  }
  EXPECT_EQ(base::to_millis(event.ts), expected.at("ts").as_int64());
  EXPECT_EQ(model::to_text(event.kind), text(expected.at("kind")));
  EXPECT_EQ(event.body, text(expected.at("body")));
  EXPECT_EQ(event.room, record->room);
  EXPECT_EQ(event.sender, record->sender);
  EXPECT_EQ(event.device, record->device);
  EXPECT_EQ(event.n, record->n);
}

class GoldenFold : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(log_.size(), 900u);
    ASSERT_EQ(outcomes_.size(), log_.size());
    for (std::size_t i = 0; i < log_.size(); ++i) {
      ASSERT_EQ(log_[i].at("offset"), outcomes_[i].at("offset"));
      records_.push_back(record_of(log_[i].at("record")));
    }
  }
  Outcome apply(Fold& fold, std::size_t i) {
    return fold.apply(records_[i], base::from_millis(log_[i].at("time").as_int64()));
  }

  const std::vector<json::object> log_ = read("fold_v1.jsonl"), outcomes_ = read("fold_v1_outcomes.jsonl"),
                                  snapshots_ = read("fold_v1_snapshots.jsonl");
  std::vector<result<model::Record>> records_;
};

TEST_F(GoldenFold, EveryRecordHasTheOutcomeItAlwaysHad) {
  Fold fold(model::Epoch{1});
  for (std::size_t i = 0; i < log_.size(); ++i) {
    SCOPED_TRACE(json::serialize(log_[i]));
    const Outcome outcome = apply(fold, i);
    expect_outcome(outcomes_[i], outcome, records_[i] ? &*records_[i] : nullptr);
  }
}

TEST_F(GoldenFold, TheRoomsHaveTheBytesTheyAlwaysHad) {
  Fold fold(model::Epoch{1});
  for (std::size_t i = 0; i < log_.size(); ++i) (void)apply(fold, i);
  EXPECT_EQ(fold.room_count(), snapshots_.size());
  for (const auto& line : snapshots_) {
    const auto room = model::RoomId::parse(text(line.at("room"))).value();
    EXPECT_EQ(base::to_hex(fold.snapshot(room)), text(line.at("state")));
  }
}

TEST_F(GoldenFold, OldBytesStillLoad) {
  for (const auto& line : snapshots_) {
    const auto room = model::RoomId::parse(text(line.at("room"))).value();
    Fold fold(model::Epoch{1});
    ASSERT_TRUE(fold.load(room, base::from_hex(text(line.at("state"))).value()));
    EXPECT_EQ(base::to_hex(fold.snapshot(room)), text(line.at("state")));
  }
}

}  // namespace
}  // namespace skat::fold
