#include "fold/room_state.hpp"

#include <algorithm>
#include <utility>

#include "fold/event_body.hpp"
#include "model/text_rules.hpp"

namespace skat::fold {
namespace {

using model::Access;
using model::RecordKind;

model::EventKind event_kind(RecordKind kind) noexcept {
  switch (kind) {
    case RecordKind::room_create:
      return model::EventKind::room_created;
    case RecordKind::member_join:
      return model::EventKind::member_joined;
    case RecordKind::member_leave:
      return model::EventKind::member_left;
    case RecordKind::message_send:
      break;
  }
  return model::EventKind::message;
}

// The lobby is everybody's, whatever its room.create says.
Access access_of(const model::Record& record) noexcept {
  return record.room == model::kLobby ? Access::everyone : record.access;
}

Outcome refused(error_code why) {
  return {Verdict::refused, why, std::nullopt};
}
Outcome stale() {
  return {Verdict::stale, errc::stale, std::nullopt};
}

}  // namespace

bool is_storable(const model::Record& record) noexcept {
  if (!model::is_name(record.name)) return false;
  switch (record.kind) {
    case RecordKind::room_create:
      return model::is_name(record.room_name) && (record.access != Access::everyone || record.room == model::kLobby);
    case RecordKind::message_send:
      return model::is_message_text(record.text);
    case RecordKind::member_join:
    case RecordKind::member_leave:
      return true;
  }
  return false;
}

RoomState::RoomState(const model::Record& record, base::WallTime append_time, model::Epoch epoch, Outcome& outcome)
    : name_(record.room_name), access_(access_of(record)), owner_(record.sender), time_(append_time) {
  Sender& creator = senders_[record.sender];
  creator.devices.emplace_back(record.device).mark_accepted(record.n);
  take_part(record, creator);
  outcome = {Verdict::accepted, {}, make_event(record, append_time, epoch)};
}

Outcome RoomState::apply(const model::Record& record, base::WallTime append_time, model::Epoch epoch) {
  Sender& sender = senders_[record.sender];
  DeviceWindow* const window = window_of(sender, record.device);
  if (window == nullptr) return stale();
  switch (window->look(record.n)) {
    case DeviceWindow::Mark::accepted:
      return {Verdict::duplicate, {}, std::nullopt};
    case DeviceWindow::Mark::refused:
      return refused(errc::refused_before);
    case DeviceWindow::Mark::forgotten:
      return stale();
    case DeviceWindow::Mark::unseen:
      break;
  }
  if (const error_code why = decide(record, sender)) {
    window->mark_refused(record.n);
    return refused(why);
  }
  window->mark_accepted(record.n);
  take_part(record, sender);
  return {Verdict::accepted, {}, make_event(record, append_time, epoch)};
}

// A sender that is new to the room always gets a window, so that no Sender is ever without one.
DeviceWindow* RoomState::window_of(Sender& sender, model::DeviceId device) {
  auto& devices = sender.devices;
  auto at = std::ranges::lower_bound(devices, device, {}, &DeviceWindow::device);
  if (at != devices.end() && at->device() == device) return &*at;
  if (devices.size() < model::kMaxDevicesPerSender) return &*devices.emplace(at, device);
  if (at == devices.begin()) return nullptr;
  std::move(devices.begin() + 1, at, devices.begin());
  *--at = DeviceWindow(device);
  return &*at;
}

// No error: accepted. Rights are those before the record.
error_code RoomState::decide(const model::Record& record, const Sender& sender) const {
  if (!is_storable(record)) return errc::invalid_record;
  const bool everyone = access_ == Access::everyone;
  switch (record.kind) {
    case RecordKind::room_create:
      return errc::room_exists;
    case RecordKind::member_join:
      if (everyone) return errc::not_joinable;
      if (sender.member) return errc::already_a_member;
      return access_ == Access::open ? error_code{} : errc::not_joinable;
    case RecordKind::member_leave:
      if (everyone) return errc::cannot_leave;
      return sender.member ? error_code{} : errc::not_a_member;
    case RecordKind::message_send:
      break;
  }
  return everyone || sender.member ? error_code{} : errc::not_a_member;
}

// Where everyone is a member, nobody is written down as one.
void RoomState::take_part(const model::Record& record, Sender& sender) {
  const bool joins =
      record.kind == RecordKind::member_join || (record.kind == RecordKind::room_create && access_ != Access::everyone);
  if (joins) {
    sender.member = true;
    ++members_;
  } else if (record.kind == RecordKind::member_leave) {
    sender.member = false;
    --members_;
  }
}

model::Event RoomState::make_event(const model::Record& record, base::WallTime append_time, model::Epoch epoch) {
  seq_ = seq_.next();
  time_ = std::max(time_, append_time);
  model::Event event{record.room,   epoch,         seq_,     std::nullopt, event_kind(record.kind),
                     record.sender, record.device, record.n, time_,        {}};
  switch (event.kind) {
    case model::EventKind::message:
      mseq_ = mseq_.next();
      event.mseq = mseq_;
      event.body = message_body(record.name, record.text);
      break;
    case model::EventKind::room_created:
      event.body = room_created_body(record.name, record.room_name, access_);
      break;
    case model::EventKind::member_joined:
    case model::EventKind::member_left:
      event.body = member_body(record.name);
      break;
  }
  return event;
}

RoomView RoomState::view() const {
  return {seq_, mseq_, name_, access_, owner_, members_, time_};
}

bool RoomState::has_member(const model::UserId& user) const {
  if (access_ == Access::everyone) return true;
  const auto found = senders_.find(user);
  return found != senders_.end() && found->second.member;
}

}  // namespace skat::fold
