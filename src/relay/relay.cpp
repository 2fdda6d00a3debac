#include "relay/relay.hpp"

#include <fmt/format.h>

#include <unordered_map>
#include <utility>

#include "base/check.hpp"
#include "base/logger.hpp"
#include "base/mailbox.hpp"
#include "base/random.hpp"
#include "engineio/handshake.hpp"
#include "engineio/sid.hpp"
#include "relay/assembler.hpp"
#include "relay/loop_relay.hpp"
#include "relay/messages.hpp"
#include "relay/node_table.hpp"

namespace skat::relay {
namespace {

using engineio::empty_response;
using engineio::RequestError;

// How often deadlines are looked at.
constexpr std::chrono::milliseconds kTick{250};

net::HttpResponse unknown_session() {
  return engineio::error_response(RequestError::sid_unknown, false);
}

class RelayImpl final : public Relay, private CoreLine, private bus::BusListener {
 public:
  RelayImpl(const Config& config, base::Executor& core, bus::Bus& bus, const std::vector<base::Executor*>& loops)
      : config_(config),
        core_(core),
        bus_(bus),
        self_(Incarnation{base::random_u64()}),
        nodes_(config_, self_, wall_ms()),
        first_tag_(nodes_.own_tag()),
        assembler_(config_),
        requests_("relay.requests", config.max_waiting, core),
        // Twice what may be served at once: what was lost meanwhile no longer counts there.
        answers_("relay.answers", 2 * config.max_served, core) {
    SKAT_CHECK(!validate(config), "the configuration has not been validated");
    for (std::size_t i = 0; i < loops.size(); ++i) {
      CoreLine& line = *this;
      seats_.push_back(std::make_unique<Seat>(line, i, 2 * (config.max_pending + config.max_served), *loops[i]));
    }
  }

  [[nodiscard]] engineio::NodeTag tag() const override { return first_tag_; }
  [[nodiscard]] engineio::SessionForwarder* forwarder(std::size_t loop) override { return &seats_.at(loop)->relay; }

  void connect(const std::vector<engineio::Engine*>& engines) override {
    SKAT_CHECK(engines.size() == seats_.size(), "the relay and the engines have other loops");
    for (std::size_t i = 0; i < engines.size(); ++i) {
      seats_[i]->relay.set_engine(
          [engine = engines[i]](engineio::SessionRequest request, std::unique_ptr<engineio::Answer> answer) {
            engine->serve(std::move(request), std::move(answer));
          },
          [engine = engines[i]](engineio::NodeTag tag) { engine->set_node(tag); });
    }
  }

  void start() override {
    bus_.start(*this);
    bus_.subscribe(std::string(kNodesChannel), nullptr);
    bus_.subscribe(channel_of(self_), [this, alive = std::weak_ptr(alive_)] {
      if (alive.expired()) return;
      running_ = true;
      announce(Asks::yes, Resets::no);
    });
    tick();
  }

  void stop() override {
    running_ = false;
    send(std::string(kNodesChannel), Kind::leave, RequestId{}, {});
  }

  [[nodiscard]] RelayStats stats() const override {
    RelayStats stats = counts_;
    stats.pending = pending_.size();
    stats.serving = served_.size();
    stats.nodes = nodes_.size();
    return stats;
  }

 private:
  struct Seat {
    Seat(CoreLine& core, std::size_t index, std::size_t capacity, base::Executor& loop)
        : relay(core, index), mailbox(fmt::format("relay.loop-{}", index), capacity, loop) {}
    LoopRelay relay;
    base::TaskMailbox mailbox;
  };
  // A request of ours that another node is to answer.
  struct Pending {
    std::size_t loop = 0;
    Incarnation node{};
    base::SteadyTime since;
    bool received = false;
  };

  static std::uint64_t wall_ms() { return static_cast<std::uint64_t>(base::to_millis(base::wall_now())); }

  // ---- CoreLine: on a loop

  bool request(std::size_t loop, RequestId id, engineio::NodeTag to, base::Bytes message) override {
    return requests_.push([this, loop, id, to, moved = std::move(message)] { pass_on(loop, id, to, moved); });
  }
  bool body(RequestId id, base::Bytes message) override {
    return requests_.push([this, id, moved = std::move(message)] { follow(id, Kind::body, moved); });
  }
  bool lost(RequestId id) override {
    return requests_.push([this, id] {
      follow(id, Kind::lost, {});
      pending_.erase(id);
    });
  }
  bool answer(From to, std::optional<base::Bytes> message) override {
    return answers_.push([this, to, moved = std::move(message)] {
      if (served_.erase(to) == 0) return;  // it was lost meanwhile
      send(channel_of(to.node), moved ? Kind::answer : Kind::cut, to.id, moved ? *moved : base::BytesView());
    });
  }

  // ---- asking: on the core

  void pass_on(std::size_t loop, RequestId id, engineio::NodeTag to, base::BytesView message) {
    if (!running_ || !bus_.up() || pending_.size() >= config_.max_pending ||
        message.size() > config_.max_message_bytes) {
      return fail(loop, id, empty_response(503));
    }
    const auto node = nodes_.find(to);
    if (!node) return fail(loop, id, unknown_session());
    pending_.emplace(id, Pending{loop, *node, core_.now(), false});
    ++counts_.passed_on;
    send(channel_of(*node), Kind::request, id, message);
  }

  // What comes after a request that was passed on.
  void follow(RequestId id, Kind kind, base::BytesView message) {
    const auto at = pending_.find(id);
    if (at != pending_.end()) send(channel_of(at->second.node), kind, id, message);
  }

  // By this node itself.
  void fail(std::size_t loop, RequestId id, net::HttpResponse response) {
    ++counts_.failed;
    finish(loop, id, std::move(response));
  }
  void finish(std::size_t loop, RequestId id, std::optional<net::HttpResponse> response) {
    Seat& seat = *seats_[loop];
    push(seat, [to = &seat.relay, id, moved = std::move(response)]() mutable { to->finish(id, std::move(moved)); });
  }

  void on_answer(const Frame& frame, std::optional<net::HttpResponse> response) {
    const auto at = pending_.find(frame.id);
    if (at == pending_.end() || at->second.node != frame.from) return;
    const std::size_t loop = at->second.loop;
    pending_.erase(at);
    finish(loop, frame.id, std::move(response));
  }

  // ---- answering: on the core

  void serve(const Frame& frame, base::BytesView message) {
    const From from{frame.from, frame.id};
    if (served_.contains(from)) return;
    auto request = decode_request(message);
    if (!request) return refuse(frame, 400);
    if (served_.size() >= config_.max_served) return refuse(frame, 503);
    // Nobody's sid goes to any loop: the engine there says that it is unknown.
    const auto owner = engineio::owner_of(request->facts.sid);
    const std::size_t loop = owner && owner->loop < seats_.size() ? owner->loop : 0;
    Seat& seat = *seats_[loop];
    const bool accepted = seat.mailbox.push(
        [to = &seat.relay, from, moved = std::move(*request)]() mutable { to->serve(from, std::move(moved)); });
    if (!accepted) return refuse(frame, 503);
    served_.emplace(from, loop);
    ++counts_.served;
    send(channel_of(from.node), Kind::received, from.id, {});
  }
  void refuse(const Frame& frame, int status) {
    send(channel_of(frame.from), Kind::answer, frame.id, encode(empty_response(status)));
  }

  void end_body(const Frame& frame, base::BytesView message) {
    const From from{frame.from, frame.id};
    const auto at = served_.find(from);
    if (at == served_.end()) return;
    auto result = decode_body(message);
    if (!result) return lose(frame);
    Seat& seat = *seats_[at->second];
    push(seat,
         [to = &seat.relay, from, moved = std::move(*result)]() mutable { to->end_body(from, std::move(moved)); });
  }
  void lose(const Frame& frame) {
    const From from{frame.from, frame.id};
    const auto at = served_.find(from);
    if (at == served_.end()) return;
    lose(from, at->second);
    served_.erase(at);
  }
  void lose(From from, std::size_t loop) {
    Seat& seat = *seats_[loop];
    push(seat, [to = &seat.relay, from] { to->lose(from); });
  }

  // ---- the bus

  void on_message(std::string_view /*channel*/, const base::SharedBytes& payload) override {
    const auto frame = decode_frame(*payload);
    if (!frame || frame->from == self_) return;
    auto [outcome, message] = assembler_.take(*frame, core_.now());
    if (outcome == Assembler::Outcome::refused) return on_refused(*frame);
    if (outcome != Assembler::Outcome::whole) return;
    switch (frame->kind) {
      case Kind::request:
        return serve(*frame, message);
      case Kind::body:
        return end_body(*frame, message);
      case Kind::lost:
        return lose(*frame);
      case Kind::received:
        return on_received(*frame);
      case Kind::answer:
        return on_answer(*frame, decode_answer(message).value_or(empty_response(503)));
      case Kind::cut:
        return on_answer(*frame, std::nullopt);
      case Kind::announce:
        return on_announcement(*frame, message);
      case Kind::leave:
        if (nodes_.left(frame->from)) forget(frame->from);
        return;
    }
  }

  // Its pieces do not make a message within the limits.
  void on_refused(const Frame& frame) {
    if (frame.kind == Kind::request) return refuse(frame, 503);
    if (frame.kind == Kind::body) return lose(frame);
    if (frame.kind == Kind::answer) on_answer(frame, empty_response(503));
  }

  void on_received(const Frame& frame) {
    const auto at = pending_.find(frame.id);
    if (at != pending_.end() && at->second.node == frame.from) at->second.received = true;
  }

  void on_announcement(const Frame& frame, base::BytesView message) {
    const auto announcement = decode_announcement(message);
    if (!announcement) return;
    const auto heard = nodes_.heard(frame.from, *announcement, core_.now(), wall_ms());
    if (heard == NodeTable::Heard::yielded) {
      base::log(base::LogLevel::warn, "relay",
                "another node has this node's tag: this one takes another, and polling clients connect again");
      for (const auto& seat : seats_) {
        push(*seat, [to = &seat->relay, tag = nodes_.own_tag()] { to->set_tag(tag); });
      }
    }
    if (announcement->resets) forget(frame.from);
    if (!running_) return;
    if (announcement->asks || heard == NodeTable::Heard::contested || heard == NodeTable::Heard::yielded) {
      announce(Asks::no, Resets::no);
    }
  }

  // What is under way may have lost a part: those who ask here get an error and reconnect, the sessions that other
  // nodes ask for count their connections as lost.
  void on_bus_down() override {
    for (const auto& [id, pending] : pending_) fail(pending.loop, id, empty_response(503));
    pending_.clear();
    for (const auto& [from, loop] : served_) lose(from, loop);
    served_.clear();
    assembler_.forget_all();
  }
  void on_bus_up() override {
    nodes_.renew_all(core_.now());
    if (running_) announce(Asks::yes, Resets::yes);
  }

  // It is gone, or has dropped all that it had of this node.
  void forget(Incarnation node) {
    const bool gone = !nodes_.knows(node);
    for (auto at = pending_.begin(); at != pending_.end();) {
      if (at->second.node != node) {
        ++at;
        continue;
      }
      if (!gone) send(channel_of(node), Kind::lost, at->first, {});  // should it have come there after the drop
      fail(at->second.loop, at->first, gone ? unknown_session() : empty_response(503));
      at = pending_.erase(at);
    }
    for (auto at = served_.begin(); at != served_.end();) {
      if (at->first.node != node) {
        ++at;
        continue;
      }
      lose(at->first, at->second);
      at = served_.erase(at);
    }
    assembler_.forget(node);
  }

  // ---- time

  void tick() {
    timer_ = core_.after(kTick, [this, alive = std::weak_ptr(alive_)] {
      if (!alive.expired()) tick();
    });
    const auto now = core_.now();
    if (!bus_.up()) return;
    give_up_late(now);
    assembler_.expire(now);
    for (const Incarnation node : nodes_.expire(now)) forget(node);
    if (running_ && now - announced_ >= config_.announce_interval) announce(Asks::no, Resets::no);
  }

  // All that are pending are looked at: they are max_pending at the most.
  void give_up_late(base::SteadyTime now) {
    for (auto at = pending_.begin(); at != pending_.end();) {
      const auto limit = at->second.received ? config_.answer_timeout : config_.receipt_timeout;
      if (now - at->second.since < limit) {
        ++at;
        continue;
      }
      send(channel_of(at->second.node), Kind::lost, at->first, {});  // should it have got there after all
      fail(at->second.loop, at->first, empty_response(503));
      at = pending_.erase(at);
    }
  }

  enum class Asks : bool { no, yes };
  enum class Resets : bool { no, yes };
  void announce(Asks asks, Resets resets) {
    announced_ = core_.now();
    Announcement announcement = nodes_.announcement();
    announcement.asks = asks == Asks::yes;
    announcement.resets = resets == Resets::yes;
    send(std::string(kNodesChannel), Kind::announce, RequestId{}, encode(announcement));
  }

  void send(const std::string& channel, Kind kind, RequestId id, base::BytesView message) {
    for (auto& frame : make_frames(kind, self_, id, message, config_.max_piece_bytes)) {
      bus_.publish(channel, std::move(frame));
    }
  }

  static void push(Seat& seat, base::Executor::Task task) {
    if (seat.mailbox.push(std::move(task))) return;
    base::log(base::LogLevel::error, "relay", "{} is full: an answer or a notice is lost", seat.mailbox.name());
  }

  // Set at construction.
  const Config config_;
  base::Executor& core_;
  bus::Bus& bus_;
  const Incarnation self_;
  // Core only.
  NodeTable nodes_;
  const engineio::NodeTag first_tag_;
  Assembler assembler_;
  std::unordered_map<RequestId, Pending> pending_;
  std::unordered_map<From, std::size_t, FromHash> served_;  // by which loop
  bool running_ = false;
  base::SteadyTime announced_{};
  base::Executor::TimerId timer_{};
  RelayStats counts_;
  // shared_ptr: a timer or a confirmation that comes after the end finds it gone.
  std::shared_ptr<const char> alive_ = std::make_shared<const char>('\0');
  // Any thread.
  base::TaskMailbox requests_, answers_;
  std::vector<std::unique_ptr<Seat>> seats_;
};

}  // namespace

std::unique_ptr<Relay> make_relay(const Config& config, base::Executor& core, bus::Bus& bus,
                                  const std::vector<base::Executor*>& loops) {
  return std::make_unique<RelayImpl>(config, core, bus, loops);
}

}  // namespace skat::relay
