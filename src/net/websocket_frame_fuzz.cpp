// Any bytes of a client, however they are cut, with and without permessage-deflate: the reader says what a second
// reading of whole frames says, with the same close codes, keeps to its limits, and never holds text that is not UTF-8;
// what it owes in reply is a frame; it stays silent after its end.
// Input: the size of the pieces less one; "z" for deflate; then what the client sends. Also cut where its own bytes
// say.
#include "net/websocket_frame.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "base/utf8.hpp"
#include "net/websocket_deflate.hpp"

namespace {

using skat::net::FrameReader;
using skat::net::MessageInflater;
using Event = FrameReader::Event;

constexpr skat::net::FrameLimits kLimits{.max_message_bytes = 300, .max_fragments = 4};

struct Seen {
  Event event = Event::none;
  std::uint16_t code = 0;
  std::string payload;
  bool operator==(const Seen&) const = default;
};

void check_item(const FrameReader::Item& item) {
  SKAT_CHECK(item.payload.size() <= kLimits.max_message_bytes, "a message above the limit");
  const bool text = item.event == Event::text || item.event == Event::close;
  SKAT_CHECK(!text || skat::base::is_valid_utf8(item.payload), "text that is not UTF-8");
  const auto reply = skat::net::encode_reply(item);
  const bool owed = item.event == Event::ping || item.event == Event::close || item.event == Event::error;
  SKAT_CHECK(reply.has_value() == owed, "a reply that is not owed, or none");
  SKAT_CHECK(!reply || (reply->size() >= 2 && reply->size() == 2 + std::size_t((*reply)[1]) && reply->size() <= 127),
             "a reply that is no frame");
}

// In pieces of the sizes that the characters of `cuts` are, plus one, over and over; without cuts, whole.
std::vector<Seen> read(std::string bytes, std::string_view cuts, MessageInflater* inflater) {
  FrameReader reader;
  std::vector<Seen> seen;
  std::size_t turn = 0;
  for (std::size_t at = 0, size = bytes.size(); at < bytes.size(); at += size) {
    if (!cuts.empty()) size = 1 + std::size_t{static_cast<unsigned char>(cuts[turn++ % cuts.size()])};
    std::span<char> input(bytes.data() + at, std::min(size, bytes.size() - at));
    for (;;) {
      const auto item = reader.next(input, kLimits, inflater);
      if (item.event == Event::none) break;
      SKAT_CHECK(seen.empty() || (seen.back().event != Event::error && seen.back().event != Event::close),
                 "something was said after the end");
      check_item(item);
      seen.push_back({item.event, item.code, std::string(item.payload)});
    }
    SKAT_CHECK(input.empty(), "bytes were left");
  }
  return seen;
}

// Whether some bytes after `text` make it whole.
bool can_become_text(std::string_view text) {
  static constexpr std::string_view kEnds[] = {"", "\x80", "\x80\x80", "\x80\x80\x80", "\xA0\x80", "\x90\x80\x80"};
  return std::any_of(std::begin(kEnds), std::end(kEnds),
                     [&](auto end) { return skat::base::is_valid_utf8(std::string(text).append(end)); });
}

// RFC 6455, sections 5.2 to 5.6, frame by frame over bytes that are there as a whole; ends at a frame that is not.
class SlowReader {
 public:
  explicit SlowReader(MessageInflater* inflater) : inflater_(inflater) {}

  std::vector<Seen> read(std::string_view bytes) {
    while (!ended_ && take_frame(bytes)) {
    }
    return seen_;
  }

 private:
  static std::size_t number(char c) { return static_cast<unsigned char>(c); }

  void say(Event event, std::uint16_t code, std::string_view payload) {
    seen_.push_back({event, code, std::string(payload)});
    ended_ = event == Event::close || event == Event::error;
  }
  void fail(std::uint16_t code) { say(Event::error, code, {}); }

  bool take_frame(std::string_view& bytes) {
    if (bytes.size() < 2) return false;
    const std::size_t first = number(bytes[0]), opcode = first & 15, fin = first >> 7;
    std::size_t length = number(bytes[1]) & 127;
    const std::size_t length_bytes = length == 126 ? 2 : length == 127 ? 8 : 0;
    if (bytes.size() < 6 + length_bytes) return false;
    if (length_bytes != 0) length = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) length = length << 8 | number(bytes[2 + i]);
    const bool shortest =
        length_bytes == 0 || (length_bytes == 2 ? length > 125 : length > 0xffff && length >> 63 == 0);
    const bool control = opcode >= 8, compressed = (first & 0x40) != 0;
    const bool known = opcode <= 2 || (opcode >= 8 && opcode <= 10);
    const bool may_be_compressed = inflater_ != nullptr && (opcode == 1 || opcode == 2);
    if ((first & 0x30) != 0 || (compressed && !may_be_compressed) || !known || number(bytes[1]) < 128 || !shortest ||
        (control && (fin == 0 || length > 125)) || (!control && in_message_ != (opcode == 0))) {
      fail(1002);
      return false;
    }
    if (!control && length > kLimits.max_message_bytes - message_.size()) {
      fail(1009);
      return false;
    }
    if (length > bytes.size() - 6 - length_bytes) return false;
    std::string payload(bytes.substr(6 + length_bytes, length));
    for (std::size_t i = 0; i < payload.size(); ++i) {
      payload[i] = static_cast<char>(payload[i] ^ bytes[2 + length_bytes + i % 4]);
    }
    bytes.remove_prefix(6 + length_bytes + length);
    if (control) {
      on_control(opcode, payload);
    } else {
      on_data(opcode, compressed, fin != 0, payload);
    }
    return true;
  }

  void on_control(std::size_t opcode, std::string_view payload) {
    if (opcode != 8) return say(opcode == 9 ? Event::ping : Event::pong, 0, payload);
    if (payload.empty()) return say(Event::close, 1005, {});
    if (payload.size() == 1) return fail(1002);
    const auto code = static_cast<std::uint16_t>(number(payload[0]) << 8 | number(payload[1]));
    const bool sendable =
        (code >= 1000 && code <= 1014 && (code < 1004 || code > 1006)) || (code >= 3000 && code < 5000);
    if (!sendable) return fail(1002);
    if (!skat::base::is_valid_utf8(payload.substr(2))) return fail(1007);
    say(Event::close, code, payload.substr(2));
  }

  void on_data(std::size_t opcode, bool compressed, bool fin, std::string_view payload) {
    if (!in_message_) {
      in_message_ = true;
      text_ = opcode == 1;
      compressed_ = compressed;
      fragments_ = 0;
    }
    if (++fragments_ > kLimits.max_fragments) return fail(1008);
    message_ += payload;
    if (text_ && !compressed_ && !can_become_text(message_)) return fail(1007);
    if (!fin) return;
    in_message_ = false;
    const std::string message = std::exchange(message_, {});
    if (!compressed_) return end_message(message);
    const auto inflated = inflater_->inflate(message, MessageInflater::Content::binary, kLimits.max_message_bytes);
    if (inflated.status == MessageInflater::Status::whole) return end_message(std::string(inflated.message));
    fail(inflated.status == MessageInflater::Status::too_big ? 1009 : 1007);
  }

  void end_message(const std::string& message) {
    if (text_ && !skat::base::is_valid_utf8(message)) return fail(1007);
    say(text_ ? Event::text : Event::binary, 0, message);
  }

  MessageInflater* inflater_;
  std::vector<Seen> seen_;
  bool ended_ = false, in_message_ = false, text_ = false, compressed_ = false;
  std::size_t fragments_ = 0;
  std::string message_;
};

// The slow reader waits for whole frames and messages. What it says the reader says as well, and at most an error more:
// of a frame or a text that has not ended. Where two rules are broken the reader may name the one it met first.
void check_same(std::vector<Seen> seen, std::vector<Seen> expected) {
  const bool failed = !seen.empty() && seen.back().event == Event::error;
  const bool should_fail = !expected.empty() && expected.back().event == Event::error;
  SKAT_CHECK(failed || !should_fail, "an error was let pass");
  if (failed) {
    const auto code = seen.back().code;
    SKAT_CHECK(code == 1002 || code == 1007 || code == 1008 || code == 1009, "no code for an error");
    SKAT_CHECK(!should_fail || code == expected.back().code || code == 1007, "another code");
    seen.pop_back();
  }
  if (should_fail) expected.pop_back();
  SKAT_CHECK(seen == expected, "another reading");
}

}  // namespace

SKAT_FUZZ_TARGET(websocket_frame) {
  if (input.size() < 3) return;
  static MessageInflater loops_own;  // one for all inputs, as on a loop
  MessageInflater* const inflater = input[1] == 'z' ? &loops_own : nullptr;
  const std::string bytes(input.substr(2));
  const auto expected = SlowReader(inflater).read(bytes);
  check_same(read(bytes, {}, inflater), expected);
  check_same(read(bytes, input.substr(0, 1), inflater), expected);
  check_same(read(bytes, bytes, inflater), expected);
}
