#include "chat/fold_file.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include "base/testing/manual_executor.hpp"
#include "chat/fold_files.hpp"
#include "fold/fold.hpp"

namespace skat::chat {
namespace {

namespace fs = std::filesystem;

constexpr model::Epoch kEpoch{7};

model::RoomId room_id(std::uint8_t i) {
  return model::RoomId{{9, i}};
}

// A fold of `rooms` rooms, each with one message.
fold::Fold make_fold(std::uint8_t rooms) {
  fold::Fold fold(kEpoch);
  for (std::uint8_t i = 1; i <= rooms; ++i) {
    model::Record record{.room = room_id(i),
                         .kind = model::RecordKind::room_create,
                         .sender = model::UserId{{1}},
                         .device = model::DeviceId{5},
                         .n = model::N{1},
                         .name = "Ada",
                         .text = {},
                         .room_name = "tea",
                         .access = model::Access::open};
    EXPECT_TRUE(fold.apply(record, base::from_millis(1)).event);
    record.kind = model::RecordKind::message_send;
    record.n = model::N{2};
    record.text = "hello";
    EXPECT_TRUE(fold.apply(record, base::from_millis(2)).event);
  }
  return fold;
}

FoldFile make_file(std::uint8_t rooms = 3) {
  const auto fold = make_fold(rooms);
  FoldFile file{"log-1", 4, kEpoch, 10, {}};
  for (std::uint8_t i = rooms; i > 0; --i) file.rooms.push_back({room_id(i), 10u + i, fold.snapshot(room_id(i))});
  return file;
}

TEST(FoldFile, ComesBackAsItWasWritten) {
  const auto [file, problem] = decode_fold_file(encode_fold_file(make_file()));
  ASSERT_TRUE(file) << problem;
  EXPECT_EQ(file->log_id, "log-1");
  EXPECT_EQ(file->partition, 4u);
  EXPECT_EQ(file->epoch, kEpoch);
  EXPECT_EQ(file->as_of, 10u);
  ASSERT_EQ(file->rooms.size(), 3u);
  const auto original = make_fold(3);
  fold::Fold loaded(kEpoch);
  for (std::uint8_t i = 1; i <= 3; ++i) {
    const auto& room = file->rooms[i - 1u];
    EXPECT_EQ(room.room, room_id(i));
    EXPECT_EQ(room.as_of, 10u + i);
    ASSERT_TRUE(loaded.load(room.room, room.state));
    EXPECT_EQ(loaded.snapshot(room.room), original.snapshot(room.room));
  }
}

TEST(FoldFile, OfNoRoomsIsAFile) {
  EXPECT_TRUE(decode_fold_file(encode_fold_file(make_file(0))).file);
}

TEST(FoldFile, CutOffAnywhereIsRefused) {
  const auto bytes = encode_fold_file(make_file());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto [file, problem] = decode_fold_file(std::string_view(bytes).substr(0, size));
    ASSERT_FALSE(file) << size;
    ASSERT_NE(problem, nullptr) << size;
  }
  EXPECT_FALSE(decode_fold_file(bytes + "x").file);
}

TEST(FoldFile, EveryFlippedBitIsRefused) {
  const auto bytes = encode_fold_file(make_file());
  for (std::size_t i = 0; i < bytes.size() * 8; ++i) {
    auto damaged = bytes;
    damaged[i / 8] = static_cast<char>(damaged[i / 8] ^ (1 << (i % 8)));
    ASSERT_FALSE(decode_fold_file(damaged).file) << i;
  }
}

TEST(FoldFile, OfANewerVersionIsToldFromDamage) {
  auto bytes = encode_fold_file(make_file());
  bytes[8] = kFoldFileVersion + 1;
  EXPECT_STREQ(decode_fold_file(bytes).problem, "a newer Skat wrote it");
}

TEST(FoldFile, OfAnotherLogOrPartitionIsForeign) {
  const auto file = make_file();
  EXPECT_EQ(why_foreign(file, "log-1", 4), nullptr);
  EXPECT_STREQ(why_foreign(file, "log-2", 4), "it belongs to another log");
  EXPECT_STREQ(why_foreign(file, "log-1", 5), "it belongs to another partition");
}

TEST(FoldFile, StandsForAStoreThatHadArchivedUpToItsNewestRoom) {
  const auto stored = as_stored(make_file());
  EXPECT_EQ(stored.next_offset, 13u);
  EXPECT_EQ(stored.snapshots_as_of, 10u);
  EXPECT_EQ(stored.snapshots.size(), 3u);
  EXPECT_EQ(as_stored({"log-1", 4, kEpoch, 10, {}}).next_offset, 10u) << "without any room";
}

TEST(FoldFile, OfTheStoresSnapshotsKeepsEachOneNoOlderThanTheReplaysStart) {
  auto file = make_file(2);
  store::StoredFold stored{20, 12, kEpoch, "log-1", std::move(file.rooms)};
  stored.snapshots[0].as_of = 3;   // unchanged since
  stored.snapshots[1].as_of = 15;  // taken after the others
  const auto kept = decode_fold_file(encode_fold_file(as_file(std::move(stored), 4)));
  ASSERT_TRUE(kept.file) << kept.problem;
  EXPECT_EQ(kept.file->as_of, 12u);
  std::vector<std::uint64_t> as_of;
  for (const auto& room : kept.file->rooms) as_of.push_back(room.as_of);
  EXPECT_EQ(as_of, (std::vector<std::uint64_t>{15, 12}));
}

class FoldFilesTest : public ::testing::Test {
 protected:
  FoldFilesTest() {
    std::string name = (fs::temp_directory_path() / "skat-fold-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
  }
  ~FoldFilesTest() override { fs::remove_all(directory_); }

  std::optional<FoldFile> read(FoldFiles& files, const std::string& log_id = "log-1") {
    std::optional<std::optional<FoldFile>> answer;
    files.read_fold(log_id, 4, [&](std::optional<FoldFile> file) { answer = std::move(file); });
    EXPECT_TRUE(core_.run_until([&] { return answer.has_value(); }));
    return std::move(*answer);
  }
  bool write(FoldFiles& files, FoldFile file) {
    std::optional<bool> answer;
    files.write_fold(std::move(file), [&](bool written) { answer = written; });
    EXPECT_TRUE(core_.run_until([&] { return answer.has_value(); }));
    return *answer;
  }

  fs::path directory_;
  base::testing::ManualExecutor core_;
};

TEST_F(FoldFilesTest, WhatWasWrittenLastIsRead) {
  FoldFiles files(directory_, core_);
  EXPECT_FALSE(read(files));
  EXPECT_TRUE(write(files, make_file(1)));
  EXPECT_TRUE(write(files, make_file(3)));
  const auto file = read(files);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->rooms.size(), 3u);
  EXPECT_FALSE(fs::exists(files.path(4).string() + ".new"));
}

TEST_F(FoldFilesTest, ADamagedOrForeignFileIsAsIfThereWereNone) {
  FoldFiles files(directory_, core_);
  ASSERT_TRUE(write(files, make_file()));
  EXPECT_FALSE(read(files, "log-2"));
  EXPECT_TRUE(read(files));
  fs::resize_file(files.path(4), fs::file_size(files.path(4)) - 1);
  EXPECT_FALSE(read(files));
}

TEST_F(FoldFilesTest, AFailedWriteLeavesTheOldFile) {
  FoldFiles files(directory_, core_);
  ASSERT_TRUE(write(files, make_file(1)));
  fs::create_directory(files.path(4).string() + ".new");  // where the new one would be written
  EXPECT_FALSE(write(files, make_file(2)));
  const auto file = read(files);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->rooms.size(), 1u);
}

TEST_F(FoldFilesTest, TheEndFinishesWhatWasTakenAndDropsTheCallbacks) {
  bool called = false;
  {
    FoldFiles files(directory_, core_);
    files.write_fold(make_file(2), [&](bool) { called = true; });
  }
  core_.run();
  EXPECT_FALSE(called);
  FoldFiles files(directory_, core_);
  EXPECT_TRUE(read(files));
}

TEST_F(FoldFilesTest, MoreRequestsThanAllowedAreAnsweredInALaterTurnAndDoNothing) {
  FoldFiles files(directory_, core_);
  ASSERT_TRUE(write(files, make_file(1)));
  std::size_t found = 0, refused = 0;
  for (std::size_t i = 0; i < FoldFiles::kMaxRequests + 2; ++i) {
    files.read_fold("log-1", 4, [&](const std::optional<FoldFile>& file) { ++(file ? found : refused); });
  }
  EXPECT_EQ(found + refused, 0u);
  ASSERT_TRUE(core_.run_until([&] { return found + refused == FoldFiles::kMaxRequests + 2; }));
  EXPECT_EQ(refused, 2u);
}

TEST_F(FoldFilesTest, SettingsAreReadAsTheyWereWrittenAndOnlyForTheirLog) {
  FoldFiles files(directory_, core_);
  const auto read_settings = [&](const std::string& log_id) {
    std::optional<std::optional<SettingsFile>> answer;
    files.read_settings(log_id, [&](std::optional<SettingsFile> file) { answer = std::move(file); });
    EXPECT_TRUE(core_.run_until([&] { return answer.has_value(); }));
    return std::move(*answer);
  };
  EXPECT_FALSE(read_settings("log-1"));
  bool written = false;
  files.write_settings({"log-1", {{"server_secret", "00ff"}}}, [&](bool done) { written = done; });
  ASSERT_TRUE(core_.run_until([&] { return written; }));
  EXPECT_EQ(read_settings("log-1"), (SettingsFile{"log-1", {{"server_secret", "00ff"}}}));
  EXPECT_FALSE(read_settings("log-2"));
}

TEST_F(FoldFilesTest, NobodyElseMayReadThem) {
  FoldFiles files(directory_, core_);
  ASSERT_TRUE(write(files, make_file(1)));
  EXPECT_EQ(fs::status(files.path(4)).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

}  // namespace
}  // namespace skat::chat
