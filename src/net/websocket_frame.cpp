#include "net/websocket_frame.hpp"

#include <algorithm>
#include <cstring>

#include "net/utf8_stream.hpp"
#include "net/websocket_connection.hpp"
#include "net/websocket_deflate.hpp"

namespace skat::net {
namespace {

constexpr std::size_t kMaxControlBytes = 125;
constexpr std::size_t kMaxHeadBytes = 14;

constexpr bool is_control(Opcode opcode) noexcept {
  return (static_cast<unsigned>(opcode) & 8U) != 0;
}

std::uint64_t big_endian(std::string_view bytes) noexcept {
  std::uint64_t value = 0;
  for (const char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
  return value;
}

FrameReader::Item error(std::uint16_t code) {
  return {FrameReader::Event::error, code, {}};
}

bool is_whole_utf8(std::string_view text) noexcept {
  Utf8Stream utf8;
  return utf8.feed(text) && utf8.complete();
}

FrameReader::Item control_item(Opcode opcode, std::string_view payload) {
  if (opcode == Opcode::ping) return {FrameReader::Event::ping, 0, payload};
  if (opcode == Opcode::pong) return {FrameReader::Event::pong, 0, payload};
  if (payload.empty()) return {FrameReader::Event::close, kCloseNoCode, {}};
  if (payload.size() == 1) return error(kCloseProtocolError);
  const auto code = static_cast<std::uint16_t>(big_endian(payload.substr(0, 2)));
  const auto reason = payload.substr(2);
  if (!is_valid_close_code(code)) return error(kCloseProtocolError);
  if (!is_whole_utf8(reason)) return error(kCloseBadData);
  return {FrameReader::Event::close, code, reason};
}

FrameReader::Item message_item(Opcode opcode, std::string_view payload) {
  return {opcode == Opcode::text ? FrameReader::Event::text : FrameReader::Event::binary, 0, payload};
}

FrameReader::Item inflated_item(Opcode opcode, std::string_view payload, std::size_t max_bytes,
                                MessageInflater& inflater) {
  const auto content = opcode == Opcode::text ? MessageInflater::Content::text : MessageInflater::Content::binary;
  const auto [status, message] = inflater.inflate(payload, content, max_bytes);
  switch (status) {
    case MessageInflater::Status::whole:
      return message_item(opcode, message);
    case MessageInflater::Status::too_big:
      return error(kCloseTooBig);
    case MessageInflater::Status::not_utf8:
    case MessageInflater::Status::corrupt:
      return error(kCloseBadData);
  }
  return error(kCloseBadData);
}

Rsv1 rsv1_with(const MessageInflater* inflater) noexcept {
  return inflater == nullptr ? Rsv1::refused : Rsv1::allowed;
}

// A frame that lies whole in `input` and is all of its message. False: it is for Partial.
bool take_whole(std::span<char>& input, const FrameLimits& limits, MessageInflater* inflater, FrameReader::Item& item) {
  FrameHead head;
  const HeadStatus status = parse_frame_head({input.data(), input.size()}, rsv1_with(inflater), head);
  if (status == HeadStatus::incomplete) return false;
  if (status == HeadStatus::invalid || head.opcode == Opcode::continuation) {
    item = error(kCloseProtocolError);
    return true;
  }
  if (head.payload_bytes > limits.max_message_bytes && !is_control(head.opcode)) {
    item = error(kCloseTooBig);
    return true;
  }
  if (!head.fin || head.payload_bytes > input.size() - head.head_bytes) return false;
  const auto payload = input.subspan(head.head_bytes, static_cast<std::size_t>(head.payload_bytes));
  input = input.subspan(head.head_bytes + payload.size());
  unmask(payload, head.mask, 0);
  const std::string_view bytes(payload.data(), payload.size());
  if (is_control(head.opcode)) {
    item = control_item(head.opcode, bytes);
  } else if (head.compressed) {
    item = inflated_item(head.opcode, bytes, limits.max_message_bytes, *inflater);
  } else if (head.opcode == Opcode::text && !is_whole_utf8(bytes)) {
    item = error(kCloseBadData);
  } else {
    item = message_item(head.opcode, bytes);
  }
  return true;
}

}  // namespace

bool is_valid_close_code(std::uint16_t code) noexcept {
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

HeadStatus parse_frame_head(std::string_view bytes, Rsv1 rsv1, FrameHead& head) noexcept {
  if (bytes.empty()) return HeadStatus::incomplete;
  const auto first = static_cast<unsigned char>(bytes[0]);
  const unsigned opcode = first & 0x0fU;
  if ((first & 0x30U) != 0 || (opcode > 2 && opcode < 8) || opcode > 10) return HeadStatus::invalid;
  head.fin = (first & 0x80U) != 0;
  head.compressed = (first & 0x40U) != 0;
  head.opcode = static_cast<Opcode>(opcode);
  const bool begins_message = head.opcode == Opcode::text || head.opcode == Opcode::binary;
  if (head.compressed && (rsv1 == Rsv1::refused || !begins_message)) return HeadStatus::invalid;
  if (is_control(head.opcode) && !head.fin) return HeadStatus::invalid;
  if (bytes.size() < 2) return HeadStatus::incomplete;

  const auto second = static_cast<unsigned char>(bytes[1]);
  if ((second & 0x80U) == 0) return HeadStatus::invalid;  // a client has to mask
  const unsigned short_length = second & 0x7fU;
  if (is_control(head.opcode) && short_length > kMaxControlBytes) return HeadStatus::invalid;
  const std::size_t length_bytes = short_length < 126 ? 0 : short_length == 126 ? 2 : 8;
  head.head_bytes = 2 + length_bytes + 4;
  if (bytes.size() < 2 + length_bytes) return HeadStatus::incomplete;
  head.payload_bytes = length_bytes == 0 ? short_length : big_endian(bytes.substr(2, length_bytes));
  // The shortest form is required, and the highest bit has to be 0 (5.2).
  if (length_bytes == 2 && head.payload_bytes < 126) return HeadStatus::invalid;
  if (length_bytes == 8 && (head.payload_bytes < 0x10000 || head.payload_bytes >> 63 != 0)) return HeadStatus::invalid;
  if (bytes.size() < head.head_bytes) return HeadStatus::incomplete;
  std::memcpy(head.mask.data(), bytes.data() + 2 + length_bytes, 4);
  return HeadStatus::complete;
}

void unmask(std::span<char> data, const std::array<char, 4>& mask, std::size_t position) noexcept {
  std::array<char, 8> turned;
  for (std::size_t i = 0; i < turned.size(); ++i) turned[i] = mask[(position + i) % 4];
  std::uint64_t key;
  std::memcpy(&key, turned.data(), sizeof key);
  char* bytes = data.data();
  std::size_t left = data.size();
  for (; left >= 8; left -= 8, bytes += 8) {
    std::uint64_t word;
    std::memcpy(&word, bytes, sizeof word);
    word ^= key;
    std::memcpy(bytes, &word, sizeof word);
  }
  for (std::size_t i = 0; i < left; ++i) bytes[i] = static_cast<char>(bytes[i] ^ turned[i]);
}

// What has arrived of a frame, and of the message it belongs to.
class FrameReader::Partial {
 public:
  [[nodiscard]] Item next(std::span<char>& input, const FrameLimits& limits, MessageInflater* inflater);
  // Nothing has begun that is not complete; what was handed out last may be dropped.
  [[nodiscard]] bool finished() const noexcept { return !in_frame_ && !in_message_ && have_ == 0; }

 private:
  [[nodiscard]] HeadStatus collect_head(std::span<char>& input, Rsv1 rsv1);
  [[nodiscard]] std::uint16_t begin_frame(const FrameLimits& limits);  // 0, or the code to close with
  [[nodiscard]] bool take_payload(std::span<char>& input);             // false: not UTF-8
  [[nodiscard]] Item end_message(const FrameLimits& limits, MessageInflater* inflater);

  std::array<char, kMaxHeadBytes> head_bytes_{};
  std::size_t have_ = 0;  // of head_bytes_
  FrameHead frame_;
  bool in_frame_ = false;
  std::size_t taken_ = 0;  // of the frame's payload
  std::array<char, kMaxControlBytes> control_{};

  bool in_message_ = false;
  bool compressed_ = false;
  Opcode message_opcode_ = Opcode::binary;
  std::size_t fragments_ = 0;
  base::Bytes message_;
  Utf8Stream utf8_;
};

FrameReader::Item FrameReader::Partial::next(std::span<char>& input, const FrameLimits& limits,
                                             MessageInflater* inflater) {
  for (;;) {
    if (!in_frame_) {
      const HeadStatus status = collect_head(input, rsv1_with(inflater));
      if (status == HeadStatus::incomplete) return {};
      if (status == HeadStatus::invalid) return error(kCloseProtocolError);
      if (const auto code = begin_frame(limits); code != 0) return error(code);
    }
    if (!take_payload(input)) return error(kCloseBadData);
    if (taken_ < frame_.payload_bytes) return {};
    in_frame_ = false;
    have_ = 0;
    if (is_control(frame_.opcode)) return control_item(frame_.opcode, {control_.data(), taken_});
    if (frame_.fin) return end_message(limits, inflater);
  }
}

HeadStatus FrameReader::Partial::collect_head(std::span<char>& input, Rsv1 rsv1) {
  while (!input.empty()) {
    head_bytes_[have_++] = input.front();
    input = input.subspan(1);
    const HeadStatus status = parse_frame_head({head_bytes_.data(), have_}, rsv1, frame_);
    if (status != HeadStatus::incomplete) return status;
  }
  return HeadStatus::incomplete;
}

std::uint16_t FrameReader::Partial::begin_frame(const FrameLimits& limits) {
  in_frame_ = true;
  taken_ = 0;
  if (is_control(frame_.opcode)) return 0;
  if (in_message_ != (frame_.opcode == Opcode::continuation)) return kCloseProtocolError;
  if (!in_message_) {
    in_message_ = true;
    compressed_ = frame_.compressed;
    message_opcode_ = frame_.opcode;
    fragments_ = 0;
    message_.clear();
    utf8_ = {};
  }
  if (frame_.payload_bytes > limits.max_message_bytes - message_.size()) return kCloseTooBig;
  if (++fragments_ > limits.max_fragments) return kClosePolicy;
  return 0;
}

bool FrameReader::Partial::take_payload(std::span<char>& input) {
  const auto size = static_cast<std::size_t>(std::min<std::uint64_t>(frame_.payload_bytes - taken_, input.size()));
  const auto part = input.first(size);
  input = input.subspan(size);
  unmask(part, frame_.mask, taken_);
  const std::string_view bytes(part.data(), part.size());
  if (is_control(frame_.opcode)) {
    std::copy(bytes.begin(), bytes.end(), control_.begin() + static_cast<std::ptrdiff_t>(taken_));
  } else {
    if (message_opcode_ == Opcode::text && !compressed_ && !utf8_.feed(bytes)) return false;
    message_.append(bytes);
  }
  taken_ += size;
  return true;
}

FrameReader::Item FrameReader::Partial::end_message(const FrameLimits& limits, MessageInflater* inflater) {
  in_message_ = false;
  if (compressed_) return inflated_item(message_opcode_, message_, limits.max_message_bytes, *inflater);
  if (message_opcode_ == Opcode::text && !utf8_.complete()) return error(kCloseBadData);
  return message_item(message_opcode_, message_);
}

FrameReader::FrameReader() = default;
FrameReader::~FrameReader() = default;

FrameReader::Item FrameReader::next(std::span<char>& input, const FrameLimits& limits, MessageInflater* inflater) {
  if (partial_ && (ended_ || partial_->finished())) partial_.reset();
  if (ended_) input = {};
  if (!partial_ && input.empty()) return {};
  Item item;
  if (partial_ || !take_whole(input, limits, inflater, item)) {
    if (!partial_) partial_ = std::make_unique<Partial>();
    item = partial_->next(input, limits, inflater);
  }
  ended_ = item.event == Event::close || item.event == Event::error;
  return item;
}

std::string encode_frame_header(std::uint8_t opcode, std::size_t payload_bytes) {
  std::string header(1, static_cast<char>(0x80U | opcode));
  const auto put = [&](unsigned count) {
    for (unsigned shift = count * 8; shift != 0; shift -= 8) {
      header.push_back(static_cast<char>(payload_bytes >> (shift - 8) & 0xffU));
    }
  };
  if (payload_bytes < 126) {
    header.push_back(static_cast<char>(payload_bytes));
  } else if (payload_bytes < 0x10000) {
    header.push_back(126);
    put(2);
  } else {
    header.push_back(127);
    put(8);
  }
  return header;
}

base::Bytes encode_control(Opcode opcode, std::string_view payload) {
  payload = payload.substr(0, kMaxControlBytes);
  base::Bytes frame = encode_frame_header(static_cast<std::uint8_t>(opcode), payload.size());
  frame.append(payload);
  return frame;
}

base::Bytes encode_close(std::uint16_t code, std::string_view reason) {
  if (code == 0 || code == kCloseNoCode) return encode_control(Opcode::close, {});
  constexpr std::size_t kMaxReason = kMaxControlBytes - 2;
  if (reason.size() > kMaxReason) {
    std::size_t cut = kMaxReason;
    while (cut != 0 && (static_cast<unsigned char>(reason[cut]) & 0xc0U) == 0x80U) --cut;
    reason = reason.substr(0, cut);
  }
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
  payload.append(reason);
  return encode_control(Opcode::close, payload);
}

std::optional<base::Bytes> encode_reply(const FrameReader::Item& item) {
  switch (item.event) {
    case FrameReader::Event::ping:
      return encode_control(Opcode::pong, item.payload);
    case FrameReader::Event::close:
    case FrameReader::Event::error:
      return encode_close(item.code, {});
    case FrameReader::Event::none:
    case FrameReader::Event::text:
    case FrameReader::Event::binary:
    case FrameReader::Event::pong:
      break;
  }
  return std::nullopt;
}

}  // namespace skat::net
