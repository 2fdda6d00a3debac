// One room's whole fold as bytes. Equal states give equal bytes, and every state has one form only: what decodes,
// encodes to the same bytes again. Sans-I/O.
//
// Layout version 1, integers little endian (docs/log-format.md, "Snapshots"):
//   u8 version = 1 | u8 access | u64 seq | u64 mseq | i64 time | 16 owner | u16 length, room name | u32 senders
//   sender (ascending by id): 16 id | u8 member, 0 or 1 | u8 devices, 1–16
//   device (ascending by id): u64 id | u64 highest n | u8 form | window
//   form 0, all accepted: nothing | 1, narrow: u64 seen, u64 accepted | 2, wide: 16 × u64 seen, 16 × u64 accepted
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skat::fold {

class RoomState;

inline constexpr std::uint8_t kSnapshotVersion = 1;

[[nodiscard]] std::string encode_snapshot(const RoomState& room);
// errc::bad_snapshot for bytes that encode_snapshot() could not have written. Takes memory in proportion to `bytes`
// only.
[[nodiscard]] result<std::unique_ptr<RoomState>> decode_snapshot(std::string_view bytes);

}  // namespace skat::fold
