#include "relay/loop_relay.hpp"

#include <utility>

#include "base/logger.hpp"
#include "engineio/handshake.hpp"
#include "relay/messages.hpp"

namespace skat::relay {

using engineio::Answer;
using engineio::empty_response;

// RemoteAnswer: an answer owed to a connection of another node. Lives on the session's loop.
class RemoteAnswer final : public Answer {
 public:
  RemoteAnswer(LoopRelay& relay, From to) : relay_(relay), to_(to) { relay_.remote_.emplace(to_, this); }
  ~RemoteAnswer() override {
    if (!answered_) respond(empty_response(500));
  }
  RemoteAnswer(const RemoteAnswer&) = delete;
  RemoteAnswer& operator=(const RemoteAnswer&) = delete;

  void respond(net::HttpResponse response) override { end(encode(response)); }
  void cut() override { end(std::nullopt); }
  void on_lost(base::Function<void()> lost) override { lost_ = std::move(lost); }
  void on_body(base::Function<void(net::BodyResult)> ended) override { body_ended_ = std::move(ended); }

  // Either may destroy this answer.
  void lose() {
    answered_ = true;  // nobody is there to hear it
    relay_.remote_.erase(to_);
    auto lost = std::exchange(lost_, nullptr);
    if (lost) lost();
  }
  void end_body(net::BodyResult result) {
    auto ended = std::exchange(body_ended_, nullptr);
    if (ended) ended(std::move(result));
  }

 private:
  void end(std::optional<base::Bytes> message) {
    if (std::exchange(answered_, true)) return;
    relay_.remote_.erase(to_);
    if (relay_.core_.answer(to_, std::move(message))) return;
    base::log(base::LogLevel::error, "relay", "the mailbox for answers is full: an answer is lost");
  }

  LoopRelay& relay_;
  const From to_;
  base::Function<void()> lost_;
  base::Function<void(net::BodyResult)> body_ended_;
  bool answered_ = false;
};

void LoopRelay::set_engine(Serve serve, base::Function<void(engineio::NodeTag)> set_tag) {
  serve_ = std::move(serve);
  set_tag_ = std::move(set_tag);
}

// ---- asking

void LoopRelay::forward(engineio::NodeTag node, engineio::SessionRequest request, std::unique_ptr<Answer> answer) {
  const auto id = RequestId{++last_id_ << 8 | index_};  // loops are up to 256, and the ids of all of them differ
  if (!core_.request(index_, id, node, encode(request))) return answer->respond(empty_response(503));
  answer->on_lost([this, id] { on_lost(id); });
  if (request.body_follows) {
    answer->on_body([this, id](const net::BodyResult& result) { on_body(id, result); });
  }
  owed_.emplace(id, std::move(answer));
}

void LoopRelay::on_lost(RequestId id) {
  owed_.erase(id);
  if (core_.lost(id)) return;
  base::log(base::LogLevel::warn, "relay", "a mailbox is full: a session ends with its heartbeat");
}

void LoopRelay::on_body(RequestId id, const net::BodyResult& result) {
  if (core_.body(id, encode(result))) return;
  finish(id, empty_response(503));
  on_lost(id);
}

void LoopRelay::finish(RequestId id, std::optional<net::HttpResponse> response) {
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

// ---- answering

void LoopRelay::serve(From from, engineio::SessionRequest request) {
  serve_(std::move(request), std::make_unique<RemoteAnswer>(*this, from));
}

void LoopRelay::lose(From from) {
  const auto at = remote_.find(from);
  if (at != remote_.end()) at->second->lose();
}

void LoopRelay::end_body(From from, net::BodyResult result) {
  const auto at = remote_.find(from);
  if (at != remote_.end()) at->second->end_body(std::move(result));
}

}  // namespace skat::relay
