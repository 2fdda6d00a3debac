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
    : group_(std::move(group)),
      index_(index),
      serve_(std::move(serve)),
      remote_([this](const From& to, std::optional<net::HttpResponse> response) { answer(to, std::move(response)); }) {
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
  owed_.add(id, std::move(answer));
}

void LoopForwarder::on_lost(std::size_t owner, RequestId id) {
  owed_.drop(id);
  Group::Seat& seat = *group_->seats[owner];
  (void)seat.requests.push([to = seat.forwarder, from = From{index_, id}] { to->remote_.lose(from); });
}

void LoopForwarder::on_body(std::size_t owner, RequestId id, net::BodyResult result) {
  Group::Seat& seat = *group_->seats[owner];
  const bool accepted =
      seat.requests.push([to = seat.forwarder, from = From{index_, id}, moved = std::move(result)]() mutable {
        to->remote_.end_body(from, std::move(moved));
      });
  if (accepted) return;
  owed_.finish(id, empty_response(503));
  on_lost(owner, id);
}

void LoopForwarder::receive(From from, SessionRequest request) {
  serve_(std::move(request), remote_.make(from));
}

void LoopForwarder::answer(From from, std::optional<net::HttpResponse> response) {
  if (group_->ended) return;
  Group::Seat& seat = *group_->seats[from.loop];
  const bool accepted = seat.answers.push([to = seat.forwarder, id = from.id, moved = std::move(response)]() mutable {
    to->owed_.finish(id, std::move(moved));
  });
  if (!accepted) base::log(base::LogLevel::error, "engineio", "{} is full: an answer is lost", seat.answers.name());
}

}  // namespace skat::engineio
