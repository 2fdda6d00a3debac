#include "chat/fold_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#include "chat/checksum.hpp"

namespace skat::chat {
namespace {

static_assert(std::endian::native == std::endian::little, "the layout is written as the machine has it");

constexpr std::string_view kMagic = "skatfold";
constexpr std::size_t kChecksumBytes = 32;
constexpr std::size_t kLeastRoomBytes = 16 + 8 + 4;

template <class T>
void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

class Reader {
 public:
  explicit Reader(std::string_view bytes) noexcept : rest_(bytes) {}

  template <class T>
  T take() {
    T value{};
    const auto bytes = take_bytes(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view take_bytes(std::size_t size) {
    if (size > rest_.size()) {
      ok_ = false;
      rest_ = {};
      return {};
    }
    const auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  [[nodiscard]] bool ok() const noexcept { return ok_; }
  [[nodiscard]] std::size_t left() const noexcept { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

bool take_rooms(Reader& reader, FoldFile& file) {
  const auto count = reader.take<std::uint64_t>();
  if (!reader.ok() || count > reader.left() / kLeastRoomBytes) return false;
  file.rooms.reserve(count);
  for (std::uint64_t i = 0; i < count; ++i) {
    const model::RoomId id{reader.take<std::array<std::uint8_t, 16>>()};
    const auto as_of = reader.take<std::uint64_t>();
    const auto state = reader.take_bytes(reader.take<std::uint32_t>());
    if (!reader.ok() || as_of < file.as_of) return false;
    if (!file.rooms.empty() && id <= file.rooms.back().room) return false;
    file.rooms.push_back({id, as_of, std::string(state)});
  }
  return reader.left() == 0;
}

}  // namespace

std::string encode_fold_file(FoldFile file) {
  std::ranges::sort(file.rooms, {}, &store::RoomSnapshot::room);
  std::size_t size = 256 + file.log_id.size();
  for (const auto& room : file.rooms) size += kLeastRoomBytes + room.state.size();
  std::string out;
  out.reserve(size);
  out += kMagic;
  put(out, kFoldFileVersion);
  put(out, file.partition);
  put(out, file.epoch.value());
  put(out, file.as_of);
  put(out, static_cast<std::uint16_t>(file.log_id.size()));
  out += file.log_id;
  put(out, std::uint64_t{file.rooms.size()});
  for (const auto& room : file.rooms) {
    put(out, room.room.bytes());
    put(out, room.as_of);
    put(out, static_cast<std::uint32_t>(room.state.size()));
    out += room.state;
  }
  return out + sha256(out);
}

ReadFoldFile decode_fold_file(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return {{}, "it is no fold file"};
  // The version stands before everything else, so that a newer one is told from damage.
  if (bytes.size() > kMagic.size() && static_cast<std::uint8_t>(bytes[kMagic.size()]) > kFoldFileVersion) {
    return {{}, "a newer Skat wrote it"};
  }
  if (bytes.size() < kMagic.size() + kChecksumBytes) return {{}, "it is cut off"};
  const auto body = bytes.substr(0, bytes.size() - kChecksumBytes);
  if (sha256(body) != bytes.substr(body.size())) return {{}, "its checksum is wrong: it is cut off or damaged"};
  Reader reader(body.substr(kMagic.size()));
  const auto version = reader.take<std::uint8_t>();
  FoldFile file;
  file.partition = reader.take<std::uint32_t>();
  file.epoch = model::Epoch{reader.take<std::uint64_t>()};
  file.as_of = reader.take<std::uint64_t>();
  file.log_id = reader.take_bytes(reader.take<std::uint16_t>());
  if (version != kFoldFileVersion || !take_rooms(reader, file)) return {{}, "it breaks the layout of its version"};
  return {std::move(file), nullptr};
}

const char* why_foreign(const FoldFile& file, std::string_view log_id, std::uint32_t partition) {
  if (file.log_id != log_id) return "it belongs to another log";
  if (file.partition != partition) return "it belongs to another partition";
  return nullptr;
}

store::StoredFold as_stored(FoldFile file) {
  std::uint64_t newest = file.as_of;
  for (const auto& room : file.rooms) newest = std::max(newest, room.as_of);
  return {newest, file.as_of, file.epoch, std::move(file.log_id), std::move(file.rooms)};
}

FoldFile as_file(store::StoredFold stored, std::uint32_t partition) {
  const std::uint64_t from = std::min(stored.snapshots_as_of, stored.next_offset);
  for (auto& room : stored.snapshots) room.as_of = std::max(room.as_of, from);
  return {std::move(stored.log_id), partition, stored.epoch, from, std::move(stored.snapshots)};
}

}  // namespace skat::chat
