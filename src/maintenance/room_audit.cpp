#include "maintenance/room_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "store/name_key.hpp"
#include "store/room_created.hpp"

namespace skat::maintenance {

RoomAudit::RoomAudit(Hasher& hasher, const model::RoomId& room, const RoomExpectation& expected, Findings& findings,
                     std::vector<Mismatch>& mismatches)
    : hasher_(hasher), room_(room), expected_(expected), findings_(findings), mismatches_(mismatches) {}

template <class... Arguments>
void RoomAudit::say(const char* format, const Arguments&... arguments) {
  findings_.add(fmt::format("room {}: ", room_.hex()) + fmt::format(fmt::runtime(format), arguments...));
}

void RoomAudit::take(const model::Event& event) {
  const Digest digest = hasher_.of(event);
  hash_ = hasher_.roll(hash_, digest);
  if (events_++ == 0) choose_judge(event, digest);
  check_numbers(event);
  compare(event, digest);
  project(event);
  keys_.push_back({event.sender, event.device, event.n});
  head_ = event.seq;
}

bool RoomAudit::is_former(model::Epoch epoch) const {
  return std::ranges::find(expected_.former_epochs, epoch) != expected_.former_epochs.end();
}

// The fold from the log's start knows the room from its first event on, unless it is older than the log, or what looks
// like its creation is only a copy of a record that the log has lost: then the times differ.
void RoomAudit::choose_judge(const model::Event& first, const Digest& digest) {
  const RoomDigests* const start = expected_.from_start;
  const bool begins_here = start != nullptr && !start->events.empty() && !is_former(first.epoch) &&
                           (start->events.front() == digest || start->created == first.ts || expected_.reaches_back);
  judge_ = begins_here ? start : expected_.from_snapshots;
}

void RoomAudit::check_numbers(const model::Event& event) {
  if (event.seq != head_.next()) {
    if (event.seq.value() - head_.value() == 2) {
      say("event {} is missing", head_.value() + 1);
    } else {
      say("events {} to {} are missing", head_.value() + 1, event.seq.value() - 1);
    }
  }
  if (expected_.folded && event.epoch != expected_.epoch && !is_former(event.epoch)) {
    say("event {} is of epoch {}, which its partition never had", event.seq.value(), model::hex64(event.epoch.value()));
  }
  const bool counts = event.kind == model::EventKind::message;
  if (counts != event.mseq.has_value()) {
    say("event {} is {} message but has {} mseq", event.seq.value(), counts ? "a" : "no", counts ? "no" : "an");
  } else if (counts && *event.mseq != mseq_.next()) {
    say("event {} has mseq {}, the message before it {}", event.seq.value(), event.mseq->value(), mseq_.value());
  }
  if (event.mseq) mseq_ = *event.mseq;
  if (event.ts < time_) say("event {} is older than the one before it", event.seq.value());
  time_ = event.ts;
}

void RoomAudit::compare(const model::Event& event, const Digest& digest) {
  if (!expected_.folded) return;
  if (judge_ == nullptr) {
    if (events_ == 1 && !is_former(event.epoch)) {
      say(expected_.reaches_back ? "it has events, but the log has no record that makes any"
                                 : "it has events, but no snapshot, and the log no longer has its beginning");
    }
    return;
  }
  if (event.seq < judge_->first) return;  // before what the log keeps of the room
  const std::uint64_t at = event.seq.value() - judge_->first.value();
  if (at >= judge_->events.size()) {
    say("event {} is stored, but the log makes events up to {} only", event.seq.value(),
        judge_->first.value() - 1 + judge_->events.size());
  } else if (judge_->events[at] != digest) {
    mismatches_.push_back({event, judged_from_start()});
  } else {
    ++compared_;
  }
}

void RoomAudit::project(const model::Event& event) {
  switch (event.kind) {
    case model::EventKind::room_created:
      if (auto created = store::parse_room_created(event.body)) {
        name_ = std::move(created->name);
        access_ = created->access;
      } else {
        say("event {} creates the room, but its body does not say how", event.seq.value());
      }
      owner_ = event.sender;
      created_ = event.ts;
      if (access_ != model::Access::everyone) members_.insert(event.sender);
      break;
    case model::EventKind::member_joined:
      members_.insert(event.sender);
      break;
    case model::EventKind::member_left:
      members_.erase(event.sender);
      break;
    case model::EventKind::message:
      break;
  }
}

void RoomAudit::finish(const std::optional<store::ProjectedRoom>& row, const std::vector<model::UserId>& members) {
  if (judge_ == nullptr && events_ == 0) {
    judge_ = expected_.from_start != nullptr && !expected_.from_start->events.empty() ? expected_.from_start
                                                                                      : expected_.from_snapshots;
  }
  if (expected_.folded && judge_ != nullptr) {
    const std::uint64_t made = judge_->first.value() - 1 + judge_->events.size();
    if (made > head_.value()) {
      say("the log makes events up to {}, the store has {}", made,
          head_.value() == 0 ? std::string("none") : fmt::format("them up to {}", head_.value()));
    }
  }
  check_keys();
  if (events_ > 0 && !created_) say("no event of it is its creation");
  if (!row) {
    if (created_) say("it has events, but no row among the rooms");
  } else if (events_ == 0) {
    say("it has a row among the rooms, but no event");
  } else if (created_) {
    check_row(*row);
  }
  const std::vector<model::UserId> wanted(members_.begin(), members_.end());
  std::vector<model::UserId> more, fewer;
  std::ranges::set_difference(members, wanted, std::back_inserter(more));
  std::ranges::set_difference(wanted, members, std::back_inserter(fewer));
  for (const auto& user : more) say("user {} is written down as a member, but the events do not say so", user.hex());
  for (const auto& user : fewer) say("user {} is a member by the events, but not written down", user.hex());
  if (row && row->members != members.size()) {
    say("its row counts {} members, there are {}", row->members, members.size());
  }
}

void RoomAudit::check_keys() {
  std::ranges::sort(keys_);
  for (auto twice = std::ranges::adjacent_find(keys_); twice != keys_.end();) {
    say("two events have the key of sender {}, device {}, n {}", twice->sender.hex(),
        model::hex64(twice->device.value()), twice->n.value());
    twice = std::adjacent_find(std::next(twice), keys_.end());
  }
}

void RoomAudit::check_row(const store::ProjectedRoom& row) {
  if (row.name != name_) say("its row says another name than its creation");
  if (row.name_key != store::name_key(name_)) say("its row has another name_key than its name gives");
  if (row.access != access_) {
    say("its row says access {}, its creation {}", model::to_text(row.access), model::to_text(access_));
  }
  if (row.owner != owner_) say("its row says owner {}, its creation {}", row.owner.hex(), owner_.hex());
  if (row.created != *created_) say("its row says another time of creation than its first event");
}

}  // namespace skat::maintenance
