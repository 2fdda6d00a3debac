// A node's own file of one partition's fold: what a start loads while the store is away. A shortcut, never a truth: a
// file that is damaged, or of another log, is left aside. Sans-I/O; fold_files.hpp reads and writes.
// Rule: a file never knows more than the store did when it was written: everything below the as_of of its newest room
// is archived by then, and in the store's snapshots. So whoever starts from it folds again all that the store may lack.
//
// Layout version 1, integers little endian (docs/log-format.md, "Fold files"):
//   8 "skatfold" | u8 version = 1 | u32 partition | u64 epoch | u64 as_of | u16 length, log id | u64 rooms | rooms…
//   | 32 SHA-256 of all before it
//   room (ascending by id): 16 id | u64 as_of | u32 length, snapshot (fold/snapshot.hpp)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"
#include "store/store.hpp"

namespace skat::chat {

inline constexpr std::uint8_t kFoldFileVersion = 1;

struct FoldFile {
  std::string log_id;  // whose offsets these are; at most 65,535 bytes
  std::uint32_t partition = 0;
  model::Epoch epoch;
  // Replay starts here. A room's records below its own `as_of` are in its snapshot, so a writer may take the rooms in
  // several turns of the core: each room's as_of is the fold's position in its turn, this one the first turn's.
  std::uint64_t as_of = 0;
  std::vector<store::RoomSnapshot> rooms;
};

// `file` with its rooms in order of their ids.
[[nodiscard]] std::string encode_fold_file(FoldFile file);

// Either the file, or one sentence that says why not. Takes memory in proportion to `bytes` only. The snapshots are
// carried as they are; Fold::load() looks inside.
struct ReadFoldFile {
  std::optional<FoldFile> file;
  const char* problem = nullptr;
};
[[nodiscard]] ReadFoldFile decode_fold_file(std::string_view bytes);

// Why this partition of this log must not use the file; nullptr: it may. Of which epoch it is only the store can judge.
[[nodiscard]] const char* why_foreign(const FoldFile& file, std::string_view log_id, std::uint32_t partition);

// What the store would have said when the file's newest room was taken: `next_offset` is that room's as_of, which is
// true because nobody writes a file that knows more than the store (the rule above).
[[nodiscard]] store::StoredFold as_stored(FoldFile file);
// What the store says, to be kept.
[[nodiscard]] FoldFile as_file(store::StoredFold stored, std::uint32_t partition);

}  // namespace skat::chat
