#include "chat/submit.hpp"

#include <utility>

#include "chat/errc.hpp"
#include "chat/text_rules.hpp"
#include "log/errc.hpp"
#include "log/record_format.hpp"

namespace skat::chat {
namespace {

// What no node can ever have appended is refused here, finally; everything else is the fold's to refuse.
result<void> check(const Submission& submission) {
  if (const auto name = check_name(submission.who.name); !name) return name.error();
  if (submission.kind == model::RecordKind::message_send) {
    if (const auto text = check_text(submission.text); !text) return text.error();
  }
  if (submission.n && (submission.n->value() < 1 || submission.n->value() > model::kMaxN)) return errc::bad_n;
  return {};
}

model::Record record_of(Submission submission, model::DeviceId device, model::N n) {
  model::Record record;
  record.room = submission.room;
  record.kind = submission.kind;
  record.sender = submission.who.user;
  record.device = device;
  record.n = n;
  record.name = std::move(submission.who.name);
  if (submission.kind == model::RecordKind::message_send) record.text = std::move(submission.text);
  return record;
}

// How a client is told that nothing was handed over.
error_code append_refusal(error_code error) {
  if (error == log::errc::busy) return errc::busy;
  if (error == log::errc::too_large) return errc::text_too_long;
  return errc::unavailable;
}

}  // namespace

Submitter::Submitter(const Config& config, base::Executor& core, log::Log& log, std::uint64_t incarnation,
                     PartitionOf partition_of, OnAppended on_appended)
    : config_(config),
      core_(core),
      log_(log),
      incarnation_(incarnation),
      partition_of_(std::move(partition_of)),
      on_appended_(std::move(on_appended)) {}

void Submitter::submit(Submission submission, Done<Accepted> done) {
  if (const auto sound = check(submission); !sound) {
    done(sound.error());
  } else if (submission.n) {
    const auto device = submission.who.device;
    const auto n = *submission.n;
    submit_record(record_of(std::move(submission), device, n), std::move(done));
  } else {
    submit_own(std::move(submission), false, std::move(done));
  }
}

// Stale on a number of our own: the sender has used so many newer devices in that room that this node's was evicted.
// The number was used once, so that one record is known to be refused; a new device gets another try.
void Submitter::submit_own(Submission submission, bool again, Done<Accepted> done) {
  const auto own = own_numbers_.next(submission.room, submission.who.user);
  auto record = record_of(submission, own.device, own.n);
  submit_record(std::move(record), [this, submission = std::move(submission), again, own,
                                    done = std::move(done)](result<Accepted> answer) mutable {
    if (answer || again || answer.error() != errc::stale) {
      done(std::move(answer));
      return;
    }
    if (own.device == own_numbers_.device()) own_numbers_.renew();
    submit_own(std::move(submission), true, std::move(done));
  });
}

void Submitter::submit_record(model::Record record, Done<Accepted> done) {
  if (waiting_ >= config_.max_pending) {
    done(errc::busy);
    return;
  }
  ++waiting_;
  const EventKey key = key_of(record);
  if (const auto found = by_key_.find(key); found != by_key_.end()) {
    found->second->waiting.push_back(std::move(done));
    return;
  }
  record.origin = incarnation_;
  const std::uint64_t id = ++last_id_;
  Pending pending{key, id, core_.now() + config_.ack_timeout, {}, {}, {}};
  pending.waiting.push_back(std::move(done));
  by_key_.emplace(key, queue_.insert(queue_.end(), std::move(pending)));
  arm();
  append(std::move(record), id);
}

void Submitter::append(model::Record record, std::uint64_t id) {
  const EventKey key = key_of(record);
  log_.append(
      partition_of_(key.room), key.room.hex(), log::encode_record(record),
      lifetime_.guard([this, key, id](const result<log::Appended>& appended) { on_append(key, id, appended); }));
}

void Submitter::on_append(const EventKey& key, std::uint64_t id, const result<log::Appended>& appended) {
  if (!appended) {
    on_append_failed(key, id, appended.error());
    return;
  }
  on_appended_(key.room, appended->offset);
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->id != id) return;
  found->second->appended_at = core_.now();
  found->second->offset = appended->offset;
}

std::vector<Submitter::Overdue> Submitter::overdue(base::Duration wait) const {
  std::vector<Overdue> late;
  for (const Pending& pending : queue_) {
    if (core_.now() + config_.ack_timeout - pending.deadline < wait) break;  // and all behind it are younger
    if (pending.offset && core_.now() - pending.appended_at >= wait) late.push_back({pending.key, *pending.offset});
  }
  return late;
}

// Only what was surely not handed over is answered at once; for the rest the outcome may still come until the deadline.
void Submitter::on_append_failed(const EventKey& key, std::uint64_t id, error_code error) {
  if (error == condition::unknown) return;
  const auto found = by_key_.find(key);
  if (found == by_key_.end() || found->second->id != id) return;
  answer(found->second, append_refusal(error));
  tell_idle();
}

void Submitter::on_decision(const EventKey& key, const result<Accepted>& decision) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return;
  answer(found->second, decision);
  tell_idle();
}

void Submitter::answer(Queue::iterator pending, const result<Accepted>& answer) {
  auto waiting = std::move(pending->waiting);
  by_key_.erase(pending->key);
  queue_.erase(pending);
  waiting_ -= waiting.size();
  for (auto& done : waiting) done(answer);
}

void Submitter::arm() {
  if (queue_.empty() || std::exchange(armed_, true)) return;
  std::ignore = core_.after(queue_.front().deadline - core_.now(), lifetime_.guard([this] {
    armed_ = false;
    expire();
  }));
}

void Submitter::expire() {
  while (!queue_.empty() && queue_.front().deadline <= core_.now()) answer(queue_.begin(), errc::unknown);
  arm();
  tell_idle();
}

void Submitter::when_idle(base::Function<void()> idle) {
  idle_ = std::move(idle);
  tell_idle();
}

void Submitter::abandon() {
  while (!queue_.empty()) answer(queue_.begin(), errc::unknown);
  tell_idle();
}

void Submitter::tell_idle() {
  if (queue_.empty() && idle_) std::exchange(idle_, nullptr)();
}

}  // namespace skat::chat
