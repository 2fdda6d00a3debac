#include "engineio/loop_forwarder.hpp"

#include <fmt/format.h>

#include <atomic>
#include <utility>

#include "base/logger.hpp"
#include "base/mailbox.hpp"

namespace skat::engineio {

struct LoopForwarder::Group {
  struct Seat {
    Seat(std::size_t index, const Config& config, base::Executor& executor)
        : requests(fmt::format("engineio.requests.{}", index), config.max_forwarded_waiting, executor),
          answers(fmt::format("engineio.answers.{}", index), 2 * config.max_forwarded_unanswered, executor) {}
    LoopForwarder* forwarder = nullptr;  // set before the loops run
    base::TaskMailbox requests;
    // Twice the requests that may be unanswered: those whose connection was lost no longer count there.
    base::TaskMailbox answers;
  };

  std::size_t max_unanswered = 0;
  std::vector<std::unique_ptr<Seat>> seats;
  std::atomic<bool> ended = false;  // a forwarder has been destroyed; nothing is sent any more
};

// RemoteAnswer: an answer owed to a connection on another loop. Lives on the session's loop.
class RemoteAnswer final : public Answer {
 public:
  RemoteAnswer(LoopForwarder& forwarder, LoopForwarder::From to) : forwarder_(forwarder), to_(to) {
    forwarder_.remote_.emplace(to_, this);
  }
  ~RemoteAnswer() override {
    if (!answered_) respond(empty_response(500));
  }
  RemoteAnswer(const RemoteAnswer&) = delete;
  RemoteAnswer& operator=(const RemoteAnswer&) = delete;

  void respond(net::HttpResponse response) override { end(std::move(response)); }
  void cut() override { end(std::nullopt); }
  void on_lost(base::Function<void()> lost) override { lost_ = std::move(lost); }
  void on_body(base::Function<void(net::BodyResult)> ended) override { body_ended_ = std::move(ended); }

  // Either may destroy this answer.
  void lose() {
    answered_ = true;  // nobody is there to hear it
    forwarder_.remote_.erase(to_);
    auto lost = std::exchange(lost_, nullptr);
    if (lost) lost();
  }
  void end_body(net::BodyResult result) {
    auto ended = std::exchange(body_ended_, nullptr);
    if (ended) ended(std::move(result));
  }

 private:
  void end(std::optional<net::HttpResponse> response) {
    if (std::exchange(answered_, true)) return;
    forwarder_.remote_.erase(to_);
    forwarder_.answer(to_, std::move(response));
  }

  LoopForwarder& forwarder_;
  const LoopForwarder::From to_;
  base::Function<void()> lost_;
  base::Function<void(net::BodyResult)> body_ended_;
  bool answered_ = false;
};

std::shared_ptr<LoopForwarder::Group> LoopForwarder::make_group(const Config& config,
                                                                const std::vector<base::Executor*>& executors) {
  auto group = std::make_shared<Group>();
  group->max_unanswered = config.max_forwarded_unanswered;
  for (std::size_t i = 0; i < executors.size(); ++i) {
    group->seats.push_back(std::make_unique<Group::Seat>(i, config, *executors[i]));
  }
  return group;
}

LoopForwarder::LoopForwarder(std::shared_ptr<Group> group, std::size_t index, Serve serve)
    : group_(std::move(group)), index_(index), serve_(std::move(serve)) {
  group_->seats.at(index_)->forwarder = this;
}

LoopForwarder::~LoopForwarder() {
  group_->ended = true;
}

std::size_t LoopForwarder::loops() const noexcept {
  return group_->seats.size();
}

void LoopForwarder::forward(std::size_t owner, SessionRequest request, std::unique_ptr<Answer> answer) {
  if (owed_.size() >= group_->max_unanswered) return answer->respond(empty_response(503));
  const auto id = RequestId{++last_id_};
  Group::Seat& seat = *group_->seats.at(owner);
  const bool body_follows = request.body_follows;
  const bool accepted =
      seat.requests.push([to = seat.forwarder, from = From{index_, id}, moved = std::move(request)]() mutable {
        to->receive(from, std::move(moved));
      });
  if (!accepted) return answer->respond(empty_response(503));
  answer->on_lost([this, owner, id] { on_lost(owner, id); });
  if (body_follows) {
    answer->on_body([this, owner, id](net::BodyResult result) { on_body(owner, id, std::move(result)); });
  }
  owed_.emplace(id, std::move(answer));
}

void LoopForwarder::on_lost(std::size_t owner, RequestId id) {
  owed_.erase(id);
  Group::Seat& seat = *group_->seats[owner];
  (void)seat.requests.push([to = seat.forwarder, from = From{index_, id}] { to->lose(from); });
}

void LoopForwarder::on_body(std::size_t owner, RequestId id, net::BodyResult result) {
  Group::Seat& seat = *group_->seats[owner];
  const bool accepted =
      seat.requests.push([to = seat.forwarder, from = From{index_, id}, moved = std::move(result)]() mutable {
        to->end_body(from, std::move(moved));
      });
  if (accepted) return;
  finish(id, empty_response(503));
  on_lost(owner, id);
}

void LoopForwarder::receive(From from, SessionRequest request) {
  serve_(std::move(request), std::make_unique<RemoteAnswer>(*this, from));
}

void LoopForwarder::lose(From from) {
  const auto at = remote_.find(from);
  if (at != remote_.end()) at->second->lose();
}

void LoopForwarder::end_body(From from, net::BodyResult result) {
  const auto at = remote_.find(from);
  if (at != remote_.end()) at->second->end_body(std::move(result));
}

void LoopForwarder::answer(From from, std::optional<net::HttpResponse> response) {
  if (group_->ended) return;
  Group::Seat& seat = *group_->seats[from.loop];
  const bool accepted = seat.answers.push(
      [to = seat.forwarder, id = from.id, moved = std::move(response)]() mutable { to->finish(id, std::move(moved)); });
  if (!accepted) base::log(base::LogLevel::error, "engineio", "{} is full: an answer is lost", seat.answers.name());
}

void LoopForwarder::finish(RequestId id, std::optional<net::HttpResponse> response) {
  const auto at = owed_.find(id);
  if (at == owed_.end()) return;  // its connection was lost meanwhile
  const auto answer = std::move(at->second);
  owed_.erase(at);
  if (response) {
    answer->respond(std::move(*response));
  } else {
    answer->cut();
  }
}

}  // namespace skat::engineio
