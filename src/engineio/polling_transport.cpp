#include "engineio/polling_transport.hpp"

#include <string>
#include <utility>

#include "base/check.hpp"
#include "engineio/handshake.hpp"
#include "engineio/payload.hpp"

namespace skat::engineio {

namespace {

net::HttpResponse payload_response(std::string body) {
  auto response = net::HttpResponse::text(200, std::move(body));
  response.headers.push_back({"cache-control", "no-store"});
  return response;
}

}  // namespace

void PollingTransport::send(Frame frame) {
  queue_bytes_ += frame->bytes.size();
  queue_.push_back(std::move(frame));
  if (!over_limit()) return;
  if (holds_get()) {
    answer_queued();
  } else {
    listener_.on_transport_end(*this, CloseReason::slow_consumer);
  }
}

bool PollingTransport::over_limit() const noexcept {
  return queue_bytes_ > config_.max_send_queue_bytes || queue_.size() > config_.max_send_queue_frames;
}

void PollingTransport::hold(std::unique_ptr<Answer> get) {
  SKAT_CHECK(get_ == nullptr, "a GET is held already");
  get_ = std::move(get);
  get_->on_lost([this] { on_get_lost(); });
}

void PollingTransport::on_get_lost() {
  get_.reset();  // and the callback that this runs in
  listener_.on_transport_end(*this, CloseReason::transport_error);
}

void PollingTransport::answer_queued() {
  const std::vector<Frame> frames = take_queue();
  answer(join_payload(frames));
}

void PollingTransport::answer(std::string_view payload) {
  SKAT_CHECK(get_ != nullptr, "no GET is held");
  const std::unique_ptr<Answer> get = std::move(get_);
  get->respond(payload_response(std::string(payload)));
}

void PollingTransport::receive(std::string_view body, Answer& post) {
  if (body.size() > config_.max_payload_bytes) return post.respond(empty_response(413));
  PayloadReader reader(body, config_.max_packets_per_payload);
  while (const auto packet = reader.next()) {
    if (!listener_.on_packet(*this, *packet)) break;
  }
  if (reader.failed()) {
    listener_.on_transport_end(*this, CloseReason::parse_error);
    post.respond(empty_response(400));
    return;
  }
  post.respond(net::HttpResponse::text(200, "ok", "text/html"));
}

void PollingTransport::await_body(std::unique_ptr<Answer> post) {
  SKAT_CHECK(post_ == nullptr, "a POST is under way already");
  post_ = std::move(post);
  post_->on_lost([this] { on_post_lost(); });
  post_->on_body([this](const net::BodyResult& result) { on_body(result); });
}

void PollingTransport::on_post_lost() {
  post_.reset();
  listener_.on_transport_end(*this, CloseReason::transport_error);
}

void PollingTransport::on_body(const net::BodyResult& result) {
  const std::unique_ptr<Answer> post = std::move(post_);
  if (result.too_large) return post->respond(empty_response(413));
  receive(result.body, *post);
}

void PollingTransport::cut_post() {
  if (const std::unique_ptr<Answer> post = std::move(post_)) post->cut();
}

void PollingTransport::answer_post(net::HttpResponse response) {
  if (const std::unique_ptr<Answer> post = std::move(post_)) post->respond(std::move(response));
}

std::vector<Frame> PollingTransport::take_queue() {
  queue_bytes_ = 0;
  return std::exchange(queue_, {});
}

}  // namespace skat::engineio
