#include "fold/snapshot.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "fold/room_state.hpp"
#include "model/limits.hpp"
#include "model/text_rules.hpp"

namespace skat::fold {
namespace {

static_assert(std::endian::native == std::endian::little, "the layout is written as the machine has it");

enum Form : std::uint8_t { kAllAccepted = 0, kNarrow = 1, kWide = 2 };
// A sender with one device in the shortest form; bounds what a count may promise.
constexpr std::size_t kLeastSenderBytes = 16 + 1 + 1 + 8 + 8 + 1;

// ---- Writing --------------------------------------------------------------------------------------------------------

template <class T>
void put(std::string& out, T value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof value);
}

template <class Tag>
void put_id(std::string& out, const model::Id128<Tag>& id) {
  out.append(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size());
}

void put_window(std::string& out, const DeviceWindow& window) {
  put(out, window.device().value());
  put(out, window.highest().value());
  if (window.all_accepted()) {
    put(out, std::uint8_t{kAllAccepted});
    return;
  }
  const auto words = window.words();
  const std::size_t count = window.wide() ? DeviceWindow::kWords : DeviceWindow::kNarrowWords;
  put(out, std::uint8_t{window.wide() ? kWide : kNarrow});
  for (std::size_t i = 0; i < count; ++i) put(out, words.seen[i]);
  for (std::size_t i = 0; i < count; ++i) put(out, words.accepted[i]);
}

void put_sender(std::string& out, const model::UserId& id, const RoomState::Sender& sender) {
  put_id(out, id);
  put(out, static_cast<std::uint8_t>(sender.member ? 1 : 0));
  put(out, static_cast<std::uint8_t>(sender.devices.size()));
  for (const DeviceWindow& window : sender.devices) put_window(out, window);
}

// ---- Reading --------------------------------------------------------------------------------------------------------

// Takes values off the front. Past the end it gives zeros and says so in ok().
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class T>
  T take() {
    T value{};
    const auto bytes = take_bytes(sizeof value);
    if (ok_) std::memcpy(&value, bytes.data(), sizeof value);
    return value;
  }
  std::string_view take_bytes(std::size_t size) {
    if (rest_.size() < size) ok_ = false;
    if (!ok_) return {};
    const auto bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return bytes;
  }
  model::UserId take_user() { return model::UserId{take<std::array<std::uint8_t, 16>>()}; }

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<DeviceWindow> take_window(Reader& reader) {
  const model::DeviceId device{reader.take<std::uint64_t>()};
  const model::N highest{reader.take<std::uint64_t>()};
  const auto form = reader.take<std::uint8_t>();
  DeviceWindow::Words words;
  words.seen.fill(0);
  words.accepted.fill(~std::uint64_t{0});
  if (form == kAllAccepted) {
    const auto existing = std::min<std::uint64_t>(highest.value(), 64);
    if (existing > 0) words.seen[0] = ~std::uint64_t{0} >> (64 - existing);
  } else {
    const std::size_t count = form == kWide ? DeviceWindow::kWords : DeviceWindow::kNarrowWords;
    for (std::size_t i = 0; i < count; ++i) words.seen[i] = reader.take<std::uint64_t>();
    for (std::size_t i = 0; i < count; ++i) words.accepted[i] = reader.take<std::uint64_t>();
  }
  if (!reader.ok() || form > kWide) return std::nullopt;
  auto window = DeviceWindow::restore(device, highest, words);
  // One form per state.
  if (window && (window->wide() != (form == kWide) || window->all_accepted() != (form == kAllAccepted)))
    return std::nullopt;
  return window;
}

bool take_sender(Reader& reader, RoomState::Sender& sender) {
  const auto member = reader.take<std::uint8_t>();
  const std::size_t devices = reader.take<std::uint8_t>();
  if (!reader.ok() || member > 1 || devices < 1 || devices > model::kMaxDevicesPerSender) return false;
  sender.member = member == 1;
  for (std::size_t i = 0; i < devices; ++i) {
    auto window = take_window(reader);
    if (!window) return false;
    if (i > 0 && window->device() <= sender.devices.back().device()) return false;
    sender.devices.push_back(std::move(*window));
  }
  return true;
}

}  // namespace

std::string encode_snapshot(const RoomState& room) {
  std::vector<std::pair<model::UserId, const RoomState::Sender*>> senders;
  senders.reserve(room.senders_.size());
  for (const auto& [id, sender] : room.senders_) senders.emplace_back(id, &sender);
  std::ranges::sort(senders);

  std::string out;
  out.reserve(64 + room.name_.size() + senders.size() * kLeastSenderBytes);
  put(out, kSnapshotVersion);
  put(out, static_cast<std::uint8_t>(room.access_));
  put(out, room.seq_.value());
  put(out, room.mseq_.value());
  put(out, base::to_millis(room.time_));
  put_id(out, room.owner_);
  put(out, static_cast<std::uint16_t>(room.name_.size()));
  out += room.name_;
  put(out, static_cast<std::uint32_t>(senders.size()));
  for (const auto& [id, sender] : senders) put_sender(out, id, *sender);
  return out;
}

result<std::unique_ptr<RoomState>> decode_snapshot(std::string_view bytes) {
  const error_code bad = errc::bad_snapshot;
  Reader reader(bytes);
  std::unique_ptr<RoomState> room(new RoomState);  // its constructor is private to this function
  const auto version = reader.take<std::uint8_t>();
  const auto access = reader.take<std::uint8_t>();
  room->seq_ = model::Seq{reader.take<std::uint64_t>()};
  room->mseq_ = model::MSeq{reader.take<std::uint64_t>()};
  room->time_ = base::from_millis(reader.take<std::int64_t>());
  room->owner_ = reader.take_user();
  room->name_ = reader.take_bytes(reader.take<std::uint16_t>());
  const std::size_t senders = reader.take<std::uint32_t>();
  if (!reader.ok() || version != kSnapshotVersion || access > static_cast<std::uint8_t>(model::Access::closed))
    return bad;
  room->access_ = static_cast<model::Access>(access);
  // The first event is no message, so mseq stays below seq.
  if (room->seq_.value() < 1 || room->mseq_.value() >= room->seq_.value() || !model::is_name(room->name_)) return bad;
  if (senders < 1 || senders > reader.left() / kLeastSenderBytes) return bad;

  room->senders_.reserve(senders);
  std::optional<model::UserId> last;
  for (std::size_t i = 0; i < senders; ++i) {
    const model::UserId id = reader.take_user();
    if (last && id <= *last) return bad;
    RoomState::Sender& sender = room->senders_[id];
    if (!take_sender(reader, sender)) return bad;
    if (sender.member && room->access_ == model::Access::everyone) return bad;
    if (sender.member) ++room->members_;
    last = id;
  }
  if (reader.left() != 0 || !room->senders_.contains(room->owner_)) return bad;
  return room;
}

}  // namespace skat::fold
