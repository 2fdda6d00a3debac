#include "relay/loop_relay.hpp"

#include <utility>

#include "base/logger.hpp"
#include "engineio/handshake.hpp"
#include "relay/messages.hpp"

namespace skat::relay {

using engineio::Answer;
using engineio::empty_response;

LoopRelay::LoopRelay(CoreLine& core, std::size_t index)
    : core_(core),
      index_(index),
      remote_([this](const From& to, std::optional<net::HttpResponse> response) { answer(to, std::move(response)); }) {}

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
  owed_.add(id, std::move(answer));
}

void LoopRelay::on_lost(RequestId id) {
  owed_.drop(id);
  if (core_.lost(id)) return;
  base::log(base::LogLevel::warn, "relay", "a mailbox is full: a session ends with its heartbeat");
}

void LoopRelay::on_body(RequestId id, const net::BodyResult& result) {
  if (core_.body(id, encode(result))) return;
  finish(id, empty_response(503));
  on_lost(id);
}

// ---- answering

void LoopRelay::serve(From from, engineio::SessionRequest request) {
  serve_(std::move(request), remote_.make(from));
}

void LoopRelay::answer(const From& to, std::optional<net::HttpResponse> response) {
  std::optional<base::Bytes> message;
  if (response) message = encode(*response);
  if (core_.answer(to, std::move(message))) return;
  base::log(base::LogLevel::error, "relay", "the mailbox for answers is full: an answer is lost");
}

}  // namespace skat::relay
