#include "socketio/decoder.hpp"

#include <utility>

#include "base/utf8.hpp"
#include "socketio/errc.hpp"
#include "socketio/json_scan.hpp"
#include "socketio/json_string.hpp"

namespace skat::socketio {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_binary(PacketType type) {
  return type == PacketType::binary_event || type == PacketType::binary_ack;
}

// Decimal digits at the front of `rest`, which moves past them; nullopt: none, or above `max`.
std::optional<std::uint64_t> take_number(std::string_view& rest, std::uint64_t max) {
  std::uint64_t value = 0;
  std::size_t length = 0;
  for (; length < rest.size() && is_digit(rest[length]); ++length) {
    value = value * 10 + static_cast<std::uint64_t>(rest[length] - '0');
    if (value > max) return std::nullopt;
  }
  if (length == 0) return std::nullopt;
  rest.remove_prefix(length);
  return value;
}

bool is_event_name(std::string_view raw, std::size_t max_bytes) {
  if (raw.size() > max_bytes + 2) return false;  // the quotes
  const JsonKind kind = json_kind(raw);
  if (kind == JsonKind::number) return true;
  if (kind != JsonKind::string) return false;
  if (raw.find('\\') == std::string_view::npos) return !is_reserved_event(raw.substr(1, raw.size() - 2));
  return !is_reserved_event(decode_json_string(raw));
}

// What each type may carry; `packet.data` and `elements` are set.
bool payload_fits(const Packet& packet, const Config& config) {
  const bool none = packet.data.empty();
  switch (packet.type) {
    case PacketType::connect:
      return none || json_kind(packet.data) == JsonKind::object;
    case PacketType::disconnect:
      return none;
    case PacketType::event:
    case PacketType::binary_event:
      return !packet.elements.empty() && is_event_name(packet.elements.front(), config.max_event_name_bytes);
    case PacketType::ack:
    case PacketType::binary_ack:
      return !none && json_kind(packet.data) == JsonKind::array;
    case PacketType::connect_error:
      return false;  // only a server sends it
  }
  return false;
}

struct Parsed {
  Packet packet;
  std::size_t attachments = 0;
};

// `text` is not empty.
result<Parsed> parse(std::string_view text, const Config& config) {
  Parsed parsed;
  Packet& packet = parsed.packet;
  if (text.front() < '0' || text.front() > '6') return errc::violation;
  packet.type = static_cast<PacketType>(text.front() - '0');
  std::string_view rest = text.substr(1);
  if (is_binary(packet.type)) {
    const auto count = take_number(rest, config.max_attachments);
    if (!count || *count == 0 || !rest.starts_with('-')) return errc::violation;
    rest.remove_prefix(1);
    parsed.attachments = *count;
  }
  if (rest.starts_with('/')) {
    const std::size_t comma = rest.find(',');
    packet.nsp = rest.substr(0, comma);
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    // A refusal repeats the name, so it has to be text.
    if (packet.nsp.size() > config.max_nsp_bytes || !base::is_valid_utf8(packet.nsp)) return errc::violation;
  }
  if (!rest.empty() && is_digit(rest.front())) {
    packet.ack_id = take_number(rest, kMaxAckId);
    if (!packet.ack_id) return errc::violation;
  }
  if (!rest.empty()) {
    JsonRules rules{
        .max_depth = config.max_json_depth, .attachments = std::nullopt, .max_elements = config.max_elements};
    if (is_binary(packet.type)) rules.attachments = parsed.attachments;
    auto outline = scan_json(rest, rules);
    if (!outline) return outline.error();
    packet.data = outline->text;
    packet.elements = std::move(outline->elements);
  }
  if (!payload_fits(packet, config)) return errc::violation;
  return parsed;
}

}  // namespace

result<std::optional<Packet>> Decoder::on_text(std::string_view text) {
  if (pending_ || text.empty()) return errc::violation;
  if (text.front() != '5' && text.front() != '6') {
    auto parsed = parse(text, config_);
    if (!parsed) return parsed.error();
    return std::optional<Packet>(std::move(parsed->packet));
  }
  auto kept = std::make_unique<const std::string>(text);
  auto parsed = parse(*kept, config_);
  if (!parsed) return parsed.error();
  parsed->packet.text = std::move(kept);
  pending_ = std::make_unique<Pending>(Pending{std::move(parsed->packet), parsed->attachments});
  return std::optional<Packet>();
}

result<std::optional<Packet>> Decoder::on_binary(std::string_view bytes) {
  if (!pending_) return errc::violation;
  auto& attachments = pending_->packet.attachments;
  attachments.emplace_back(bytes);
  if (attachments.size() < pending_->announced) return std::optional<Packet>();
  const auto complete = std::exchange(pending_, nullptr);
  return std::optional<Packet>(std::move(complete->packet));
}

}  // namespace skat::socketio
