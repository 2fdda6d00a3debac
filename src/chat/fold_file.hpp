// A node's own file of one partition's fold: what a start need not load from the store. A shortcut, never a truth: a
// file that is damaged, or of another log, is left aside, and the store's snapshots serve. Sans-I/O; fold_files.hpp
// reads and writes.
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

// Why a start on this log, partition and epoch must not use the file; nullptr: it may.
[[nodiscard]] const char* why_foreign(const FoldFile& file, std::string_view log_id, std::uint32_t partition,
                                      model::Epoch epoch);

}  // namespace skat::chat
