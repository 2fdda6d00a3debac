#include "engineio/websocket_transport.hpp"

#include <string>
#include <utility>

namespace skat::engineio {

WebSocketTransport::WebSocketTransport(Connect connect, Binary binary, TransportListener& listener)
    : listener_(&listener), connection_(connect(*this)), binary_(binary) {}

std::unique_ptr<WebSocketTransport> WebSocketTransport::accept(std::shared_ptr<net::HttpExchange> exchange,
                                                               std::vector<net::Header> headers, const Config& config,
                                                               Binary binary, TransportListener& listener) {
  const net::WebSocketConfig limits{
      .max_message_bytes = config.max_payload_bytes,
      .max_fragments = config.max_fragments,
      .max_queue_bytes = config.max_send_queue_bytes,
      .max_queue_frames = config.max_send_queue_frames,
      .deflate = config.per_message_deflate.enabled ? net::Deflate::on : net::Deflate::off,
      .min_deflate_bytes = config.per_message_deflate.threshold_bytes};
  return std::make_unique<WebSocketTransport>(
      [&](net::WebSocketListener& to) {
        return net::accept_websocket(std::move(exchange), std::move(headers), limits, to);
      },
      binary, listener);
}

bool WebSocketTransport::writable() const noexcept {
  return !ended_ && connection_->queued_bytes() == 0;
}

void WebSocketTransport::send(Frame frame) {
  if (ended_ || overflowed_) return;
  if (frame->binary && binary_ == Binary::base64) frame = make_base64_frame(*frame);
  const base::Bytes* bytes = &frame->bytes;
  connection_->send(base::SharedBytes(std::move(frame), bytes));
}

void WebSocketTransport::close() {
  if (!ended_ && !overflowed_) connection_->close(0, {});
}

void WebSocketTransport::on_text(std::string_view text) {
  std::string scratch;
  const auto packet = decode_valid_packet(text, scratch);
  if (packet) {
    (void)listener_->on_packet(*this, *packet);
  } else {
    listener_->on_transport_end(*this, CloseReason::parse_error);
  }
}

void WebSocketTransport::on_binary(std::string_view bytes) {
  (void)listener_->on_packet(*this, Packet{PacketType::message, true, bytes});
}

void WebSocketTransport::on_closed(std::uint16_t, bool peer_error) {
  ended_ = true;
  const auto reason = peer_error ? CloseReason::transport_error : CloseReason::transport_close;
  listener_->on_transport_end(*this, reason);
}

void WebSocketTransport::on_overflow() {
  if (std::exchange(overflowed_, true)) return;
  connection_->abort();
  listener_->on_transport_end(*this, CloseReason::slow_consumer);
}

}  // namespace skat::engineio
