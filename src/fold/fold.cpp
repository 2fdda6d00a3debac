#include "fold/fold.hpp"

#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>
#include <utility>

#include "fold/room_state.hpp"
#include "fold/snapshot.hpp"

namespace skat::fold {

struct Fold::Impl {
  model::Epoch epoch;
  boost::unordered_flat_map<model::RoomId, std::unique_ptr<RoomState>, model::Id128Hash> rooms;

  [[nodiscard]] const RoomState* find(const model::RoomId& room) const {
    const auto found = rooms.find(room);
    return found == rooms.end() ? nullptr : found->second.get();
  }

  Outcome apply(const model::Record& record, base::WallTime append_time) {
    // A window has no place for such an n, so it cannot be used up; a copy is refused for the same reason.
    if (record.n.value() < 1 || record.n.value() > model::kMaxN) return refuse(errc::invalid_record);
    if (const auto found = rooms.find(record.room); found != rooms.end())
      return found->second->apply(record, append_time, epoch);
    if (record.kind != model::RecordKind::room_create) return refuse(errc::unknown_room);
    if (!is_storable(record)) return refuse(errc::invalid_record);
    Outcome outcome;
    rooms.emplace(record.room, std::make_unique<RoomState>(record, append_time, epoch, outcome));
    return outcome;
  }

  static Outcome refuse(errc why) { return {Verdict::refused, why, std::nullopt}; }
};

Fold::Fold(model::Epoch epoch) : impl_(std::make_unique<Impl>()) {
  impl_->epoch = epoch;
}
Fold::~Fold() = default;
Fold::Fold(Fold&&) noexcept = default;
Fold& Fold::operator=(Fold&&) noexcept = default;

Outcome Fold::apply(const result<model::Record>& record, base::WallTime append_time) {
  if (!record) return Impl::refuse(errc::invalid_record);
  return impl_->apply(*record, append_time);
}

model::Epoch Fold::epoch() const noexcept {
  return impl_->epoch;
}

std::optional<RoomView> Fold::room(const model::RoomId& room) const {
  const RoomState* const state = impl_->find(room);
  if (state == nullptr) return std::nullopt;
  return state->view();
}

bool Fold::may_read(const model::RoomId& room, const model::UserId& user) const {
  const RoomState* const state = impl_->find(room);
  return state != nullptr && state->has_member(user);
}

std::string Fold::snapshot(const model::RoomId& room) const {
  const RoomState* const state = impl_->find(room);
  return state == nullptr ? std::string{} : encode_snapshot(*state);
}

result<void> Fold::load(const model::RoomId& room, std::string_view state) {
  auto loaded = decode_snapshot(state);
  if (!loaded) return loaded.error();
  impl_->rooms[room] = std::move(*loaded);
  return {};
}

void Fold::drop(const model::RoomId& room) {
  impl_->rooms.erase(room);
}

std::size_t Fold::room_count() const noexcept {
  return impl_->rooms.size();
}

std::vector<model::RoomId> Fold::room_ids() const {
  std::vector<model::RoomId> ids;
  ids.reserve(impl_->rooms.size());
  for (const auto& [id, state] : impl_->rooms) ids.push_back(id);
  std::ranges::sort(ids);
  return ids;
}

}  // namespace skat::fold
