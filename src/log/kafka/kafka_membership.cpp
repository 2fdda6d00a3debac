#include "log/kafka/kafka_membership.hpp"

#include <fmt/format.h>
#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <utility>

#include "base/check.hpp"
#include "base/logger.hpp"

namespace skat::log::kafka {

using base::LogLevel;

struct KafkaMembership::Event {
  enum class Kind { gained, lost, trouble, fatal, other };
  Kind kind = Kind::other;
  std::vector<Partition> partitions = {};
  std::string text = {};
};

namespace {

struct Free {
  void operator()(rd_kafka_topic_partition_list_t* list) const noexcept { rd_kafka_topic_partition_list_destroy(list); }
  void operator()(rd_kafka_error_t* error) const noexcept { rd_kafka_error_destroy(error); }
};
using PartitionList = std::unique_ptr<rd_kafka_topic_partition_list_t, Free>;
using Error = std::unique_ptr<rd_kafka_error_t, Free>;

constexpr auto kFarewell = std::chrono::milliseconds(500);
constexpr auto kFirstAssignment = std::chrono::seconds(3);

// Empty: subscribed.
std::string subscribe_blocking(Client& client, const Config& config, const std::string& group) {
  auto opened = open_client(config, Role::member, group);
  if (!opened.problem.empty()) return std::move(opened.problem);
  client = std::move(opened.client);
  // Errors come by the same queue.
  (void)rd_kafka_poll_set_consumer(client.handle.get());
  const PartitionList topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), config.topic.c_str(), RD_KAFKA_PARTITION_UA);
  const auto error = rd_kafka_subscribe(client.handle.get(), topics.get());
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  client.close();
  return rd_kafka_err2str(error);
}

// The group's protocol waits for an answer. It is the empty list: the group counts us as the holder of what it gave,
// while the consumer itself has nothing to fetch.
void answer_blocking(rd_kafka_t* client, bool gained) {
  const PartitionList none(rd_kafka_topic_partition_list_new(0));
  if (std::strcmp(rd_kafka_rebalance_protocol(client), "COOPERATIVE") != 0) {
    (void)rd_kafka_assign(client, nullptr);
    return;
  }
  const Error error(gained ? rd_kafka_incremental_assign(client, none.get())
                           : rd_kafka_incremental_unassign(client, none.get()));
  if (error) base::log(LogLevel::warn, "log", "a rebalance was not taken: {}", rd_kafka_error_string(error.get()));
}

// Takes the rebalance at hand, if it is one, and answers it. True: the group has assigned.
bool answer_event_blocking(rd_kafka_t* client, rd_kafka_event_t* event) {
  if (event == nullptr) return false;
  const bool rebalance = rd_kafka_event_type(event) == RD_KAFKA_EVENT_REBALANCE;
  const bool gained = rebalance && rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
  if (rebalance) answer_blocking(client, gained);
  rd_kafka_event_destroy(event);
  return gained;
}

bool has_been_answered(rd_kafka_t* client) {
  char* id = rd_kafka_memberid(client);
  const bool answered = id != nullptr && *id != '\0';
  rd_kafka_mem_free(client, id);
  return answered;
}

// librdkafka 2.0.2 aborts the process when a client goes after the group has taken it in and before its first
// assignment. So that is waited for; a client that does not get it stays for good, out of the group. True: it may go.
bool may_go_blocking(rd_kafka_t* client) {
  const QueueHandle events(rd_kafka_queue_get_consumer(client));
  const auto until = std::chrono::steady_clock::now() + kFirstAssignment;
  while (has_been_answered(client) && std::chrono::steady_clock::now() < until) {
    if (answer_event_blocking(client, rd_kafka_queue_poll(events.get(), 10))) return true;
  }
  // Afterwards no answer of the group is taken any more.
  (void)rd_kafka_unsubscribe(client);
  return !has_been_answered(client);
}

// Says good-bye without waiting for long, and closes. A client that goes while the group waits for its answer would be
// waited for for ever (librdkafka 2.0.2), so whatever still comes is answered. farewell: where it comes, of a good-bye
// that was said already; or nothing.
void close_blocking(Client& client, QueueHandle farewell, bool assigned) {
  auto* handle = client.handle.get();
  if (handle == nullptr) return;
  if (!assigned && !may_go_blocking(handle)) {
    base::log(LogLevel::warn, "log", "a member of a group was never assigned anything and cannot be closed safely");
    (void)client.topic.release();
    (void)client.handle.release();
    return;
  }
  if (!farewell) {
    farewell.reset(rd_kafka_queue_new(handle));
    const Error error(rd_kafka_consumer_close_queue(handle, farewell.get()));
    if (error) {
      base::log(LogLevel::warn, "log", "a group is left without a good-bye: {}", rd_kafka_error_string(error.get()));
    }
  }
  const auto until = std::chrono::steady_clock::now() + kFarewell;
  while (rd_kafka_consumer_closed(handle) == 0 && std::chrono::steady_clock::now() < until) {
    (void)answer_event_blocking(handle, rd_kafka_queue_poll(farewell.get(), 10));
  }
  farewell.reset();
  client.close();
}

// Brokers that come and go; librdkafka finds them again. A session that ends by it is told by what it takes.
bool is_transport_error(rd_kafka_resp_err_t error) {
  return error == RD_KAFKA_RESP_ERR__TRANSPORT || error == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN ||
         error == RD_KAFKA_RESP_ERR__RESOLVE || error == RD_KAFKA_RESP_ERR__TIMED_OUT;
}

}  // namespace

KafkaMembership::KafkaMembership(const Config& config, std::string group, base::Executor& owner, base::Worker& worker,
                                 Listener& listener, base::Function<void()> gone)
    : config_(config),
      group_(std::move(group)),
      owner_(owner),
      worker_(worker),
      listener_(listener),
      gone_(std::move(gone)),
      replies_(std::make_shared<base::TaskMailbox>("log-group-replies", kMaxRequests, owner)),
      wakes_("log-group-events", 1, owner, [this](std::vector<char>&) { serve(); }),
      wake_([this] { (void)wakes_.push('\0'); }) {
  open();
}

KafkaMembership::~KafkaMembership() {
  owner_.cancel(pause_);
  close();
  replies_->close();
  gone_();
}

void KafkaMembership::work(base::Worker::Request request) {
  const bool taken = worker_.submit(std::move(request));
  SKAT_CHECK(taken, "the log's worker has more to do than was counted");
}

// ---- Joining --------------------------------------------------------------------------------------------------------

void KafkaMembership::open() {
  state_ = State::opening;
  assigned_ = false;
  client_ = std::make_shared<Client>();
  work([this, client = client_, config = config_, group = group_, replies = replies_] {
    auto problem = subscribe_blocking(*client, config, group);
    // Refused when this is gone; then the client goes by close().
    (void)replies->push([this, client, problem = std::move(problem)] {
      if (client == client_) on_opened(problem);
    });
  });
}

void KafkaMembership::on_opened(const std::string& problem) {
  if (!problem.empty()) return join_again(problem);
  state_ = State::joined;
  events_.reset(rd_kafka_queue_get_consumer(client_->handle.get()));
  wake_.arm();
  wake_on_arrival(events_.get(), wake_);
  tick();
}

void KafkaMembership::tick() {
  tick_ = owner_.after(kTick, [this] { tick(); });
  serve();
}

void KafkaMembership::join_again(const std::string& why) {
  base::log(LogLevel::warn, "log", "group {}: {}; joining again", group_, why);
  close();
  state_ = State::waiting;
  pause_ = owner_.after(config_.rejoin_pause, [this] {
    pause_ = base::Executor::TimerId::none;
    open();
  });
  lose(held_);
}

// ---- What the group says --------------------------------------------------------------------------------------------

void KafkaMembership::serve() {
  wake_.arm();
  const auto read = [this](rd_kafka_event_t* raw) {
    Event event;
    if (rd_kafka_event_type(raw) == RD_KAFKA_EVENT_REBALANCE) {
      const bool gained = rd_kafka_event_error(raw) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS;
      event.kind = gained ? Event::Kind::gained : Event::Kind::lost;
      const auto* list = rd_kafka_event_topic_partition_list(raw);
      for (int i = 0; list != nullptr && i < list->cnt; ++i) {
        const auto partition = static_cast<std::uint32_t>(list->elems[i].partition);
        // Partitions that somebody added to the topic are not the log's; the look at the topic complains.
        if (partition < config_.partitions) event.partitions.emplace_back(partition);
      }
    } else if (rd_kafka_event_type(raw) == RD_KAFKA_EVENT_ERROR) {
      const bool fatal =
          rd_kafka_event_error_is_fatal(raw) != 0 || rd_kafka_event_error(raw) == RD_KAFKA_RESP_ERR__FATAL;
      event.kind = fatal                                           ? Event::Kind::fatal
                   : is_transport_error(rd_kafka_event_error(raw)) ? Event::Kind::other
                                                                   : Event::Kind::trouble;
      event.text = rd_kafka_event_error_string(raw);
    }
    rd_kafka_event_destroy(raw);
    return event;
  };
  const auto next = [this]() -> rd_kafka_event_t* {
    auto* event = events_ ? rd_kafka_queue_poll(events_.get(), 0) : nullptr;
    if (event == nullptr && farewell_) event = rd_kafka_queue_poll(farewell_.get(), 0);
    return event;
  };
  const std::weak_ptr<int> alive = alive_;
  while (auto* raw = next()) {
    take(read(raw));
    if (alive.expired()) return;
  }
  if (state_ == State::leaving && rd_kafka_consumer_closed(client_->handle.get()) != 0) end_leaving();
}

void KafkaMembership::take(const Event& event) {
  switch (event.kind) {
    case Event::Kind::gained:
      assigned_ = true;
      answer_rebalance(true);
      return gain(event.partitions);
    case Event::Kind::lost: {
      // Nobody else gets them before the answer.
      const std::weak_ptr<int> alive = alive_;
      lose(event.partitions);
      if (!alive.expired()) answer_rebalance(false);
      return;
    }
    case Event::Kind::fatal:
      if (state_ == State::joined) join_again(event.text);
      return;
    case Event::Kind::trouble:
      // librdkafka tries again by itself, and says the same again.
      if (event.text == last_trouble_) return;
      last_trouble_ = event.text;
      return base::log(LogLevel::warn, "log", "group {}: {}", group_, event.text);
    case Event::Kind::other:
      return;
  }
}

// The client lives until the closing request, which comes after this one.
void KafkaMembership::answer_rebalance(bool gained) {
  work([client = client_, gained] { answer_blocking(client->handle.get(), gained); });
}

void KafkaMembership::gain(std::vector<Partition> partitions) {
  if (state_ != State::joined) return;
  std::erase_if(partitions, [this](Partition partition) { return std::ranges::count(held_, partition) > 0; });
  if (partitions.empty()) return;
  held_.insert(held_.end(), partitions.begin(), partitions.end());
  last_trouble_.clear();
  base::log(LogLevel::info, "log", "group {}: {} partitions more, {} of {} held", group_, partitions.size(),
            held_.size(), config_.partitions);
  listener_.on_gained(partitions);
}

void KafkaMembership::lose(std::vector<Partition> partitions) {
  std::erase_if(partitions, [this](Partition partition) { return std::erase(held_, partition) == 0; });
  if (partitions.empty()) return;
  base::log(LogLevel::info, "log", "group {}: {} partitions less, {} of {} held", group_, partitions.size(),
            held_.size(), config_.partitions);
  listener_.on_lost(partitions);
}

// ---- Leaving --------------------------------------------------------------------------------------------------------

void KafkaMembership::leave(base::Function<void()> left) {
  SKAT_CHECK(!left_, "Membership::leave() was called twice");
  left_ = std::move(left);
  owner_.post([this, alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) begin_leaving();
  });
}

void KafkaMembership::begin_leaving() {
  const std::weak_ptr<int> alive = alive_;
  lose(held_);
  if (alive.expired()) return;
  if (state_ != State::joined || !assigned_) return end_leaving();
  state_ = State::leaving;
  farewell_.reset(rd_kafka_queue_new(client_->handle.get()));
  wake_on_arrival(farewell_.get(), wake_);
  if (const Error error(rd_kafka_consumer_close_queue(client_->handle.get(), farewell_.get())); error) {
    base::log(LogLevel::warn, "log", "group {}: no good-bye: {}", group_, rd_kafka_error_string(error.get()));
    return end_leaving();
  }
  pause_ = owner_.after(config_.leave_timeout, [this] {
    pause_ = base::Executor::TimerId::none;
    base::log(LogLevel::warn, "log", "group {}: no answer to the good-bye", group_);
    end_leaving();
  });
  serve();
}

void KafkaMembership::end_leaving() {
  owner_.cancel(std::exchange(pause_, base::Executor::TimerId::none));
  close();
  state_ = State::left;
  if (left_) std::exchange(left_, [] {})();
}

void KafkaMembership::close() {
  owner_.cancel(std::exchange(tick_, base::Executor::TimerId::none));
  events_.reset();
  if (farewell_) rd_kafka_queue_cb_event_enable(farewell_.get(), nullptr, nullptr);
  if (!client_) return;
  work([client = std::exchange(client_, nullptr), farewell = std::move(farewell_), assigned = assigned_]() mutable {
    close_blocking(*client, std::move(farewell), assigned);
  });
}

void KafkaMembership::on_log_replaced() {
  owner_.post([this, alive = std::weak_ptr(alive_)] {
    if (alive.expired() || state_ == State::left) return;
    if (left_) return;  // it leaves already
    owner_.cancel(std::exchange(pause_, base::Executor::TimerId::none));
    close();
    state_ = State::left;
    lose(held_);
  });
}

}  // namespace skat::log::kafka
