// Submitter: requests on their way through the log: appended once, answered when the fold has decided.
// Lives on: the core executor.
// Ends by: abandon(), which answers what is left with errc::unknown; or destruction, which drops it unanswered.
// Rule: an error is final only if the request can never appear; a request handed over without an outcome is unknown.
#pragma once

#include <list>
#include <optional>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "chat/config.hpp"
#include "chat/event_key.hpp"
#include "chat/lifetime.hpp"
#include "chat/own_numbers.hpp"
#include "chat/types.hpp"
#include "log/log.hpp"

namespace skat::chat {

class Submitter {
 public:
  using PartitionOf = base::Function<log::Partition(const model::RoomId&)>;

  // A record of the room lies in the log at this offset.
  using OnAppended = base::Function<void(const model::RoomId&, log::Offset)>;

  Submitter(const Config& config, base::Executor& core, log::Log& log, std::uint64_t incarnation,
            PartitionOf partition_of, OnAppended on_appended);
  Submitter(const Submitter&) = delete;
  Submitter& operator=(const Submitter&) = delete;

  // Join, leave, send: checked, then as submit_record. Without n: device and n of this node.
  void submit(Submission submission, Done<Accepted> done);
  // A record with all its members but `origin`. A repeat of one that is under way joins it and is not appended again.
  // Limit: config.max_pending requests under way; one more is errc::busy.
  void submit_record(model::Record record, Done<Accepted> done);

  // The outcome of a record that was appended here; for keys that nobody waits for, nothing happens.
  void on_decision(const EventKey& key, const result<Accepted>& answer);

  // Requests that lie in the log for `wait` or longer without an outcome.
  struct Overdue {
    EventKey key;
    log::Offset offset;
  };
  [[nodiscard]] std::vector<Overdue> overdue(base::Duration wait) const;

  [[nodiscard]] std::size_t pending() const noexcept { return waiting_; }
  // Runs `idle` as soon as nothing is under way.
  void when_idle(base::Function<void()> idle);
  void abandon();

 private:
  struct Pending {
    EventKey key;
    std::uint64_t id = 0;  // tells it from a later one with the same key
    base::SteadyTime deadline;
    std::optional<log::Offset> offset;  // once it is known
    base::SteadyTime appended_at;
    std::vector<Done<Accepted>> waiting;
  };
  using Queue = std::list<Pending>;  // in order of their deadlines

  void submit_own(Submission submission, bool again, Done<Accepted> done);
  void append(model::Record record, std::uint64_t id);
  void on_append(const EventKey& key, std::uint64_t id, const result<log::Appended>& appended);
  void on_append_failed(const EventKey& key, std::uint64_t id, error_code error);
  void answer(Queue::iterator pending, const result<Accepted>& answer);
  void arm();
  void expire();
  void tell_idle();

  // set at construction
  const Config& config_;
  base::Executor& core_;
  log::Log& log_;
  std::uint64_t incarnation_;
  PartitionOf partition_of_;
  OnAppended on_appended_;

  OwnNumbers own_numbers_;
  Queue queue_;
  std::unordered_map<EventKey, Queue::iterator, EventKeyHash> by_key_;
  std::size_t waiting_ = 0;  // answers owed
  std::uint64_t last_id_ = 0;
  bool armed_ = false;
  base::Function<void()> idle_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
