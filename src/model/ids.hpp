// The nouns' names. All are strong types: none converts to an integer or to another id.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/strong.hpp"

namespace skat::model {

// 128 random bits; 32 lower-case hex digits on every wire and in every store.
template <class Tag>
class Id128 {
 public:
  constexpr Id128() = default;
  constexpr explicit Id128(std::array<std::uint8_t, 16> bytes) : bytes_(bytes) {}
  [[nodiscard]] static Id128 random();
  // nullopt unless `hex` is exactly 32 lower-case hex digits.
  [[nodiscard]] static std::optional<Id128> parse(std::string_view hex);

  [[nodiscard]] std::string hex() const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }
  [[nodiscard]] bool is_zero() const noexcept { return *this == Id128{}; }
  friend constexpr auto operator<=>(const Id128&, const Id128&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

using RoomId = Id128<struct RoomTag>;
using UserId = Id128<struct UserTag>;

// Issued by the server, ordered by time of issue: milliseconds since 1970 in the upper 44 bits, 20 random bits below.
// 16 lower-case hex digits on the wire.
using DeviceId = base::Strong<struct DeviceTag, std::uint64_t>;
// The sender's own number of a request, per device and room: 1 … kMaxN.
using N = base::Strong<struct NTag, std::uint64_t>;
// An event's dense number in its room, from 1.
using Seq = base::Strong<struct SeqTag, std::uint64_t>;
// A countable message's dense number in its room, from 1. Unread = head mseq − read mseq.
using MSeq = base::Strong<struct MSeqTag, std::uint64_t>;
// Which life of the log a number belongs to; random; 16 lower-case hex digits on the wire.
using Epoch = base::Strong<struct EpochTag, std::uint64_t>;

// 16 lower-case hex digits, for DeviceId and Epoch.
[[nodiscard]] std::string hex64(std::uint64_t value);
[[nodiscard]] std::optional<std::uint64_t> parse_hex64(std::string_view hex);

// A device id for now: later calls give greater ids (one process; across nodes as far as their clocks agree).
[[nodiscard]] DeviceId issue_device_id();

struct Id128Hash {
  template <class Tag>
  std::size_t operator()(const Id128<Tag>& id) const noexcept {
    std::uint64_t word;  // ids are random (or SHA-256) bits: any 8 of them are a hash
    std::memcpy(&word, id.bytes().data(), sizeof word);
    return word;
  }
};

// Everybody is in it; its id is fixed so that every node and every restart agree. ASCII "skat lobby room".
inline constexpr RoomId kLobby{{'s', 'k', 'a', 't', ' ', 'l', 'o', 'b', 'b', 'y', ' ', 'r', 'o', 'o', 'm', 0}};
// Creates the lobby.
inline constexpr UserId kSystemUser{{'s', 'k', 'a', 't', ' ', 's', 'y', 's', 't', 'e', 'm', 0, 0, 0, 0, 0}};
// Speaks for clients of namespace "/", which have no name (the ancestor's page).
inline constexpr UserId kAnonymousUser{{'s', 'k', 'a', 't', ' ', 'a', 'n', 'o', 'n', 'y', 'm', 'o', 'u', 's', 0, 0}};

}  // namespace skat::model

template <class Tag>
struct std::hash<skat::model::Id128<Tag>> {
  std::size_t operator()(const skat::model::Id128<Tag>& id) const noexcept { return skat::model::Id128Hash{}(id); }
};
