#include "net/testing/websocket_cases.hpp"

#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>
#include <set>
#include <span>
#include <utility>

#include "net/loop_stats.hpp"
#include "net/testing/test_client.hpp"
#include "net/websocket_connection.hpp"
#include "net/websocket_extensions.hpp"
#include "net/websocket_frame_deflater.hpp"

namespace skat::net::testing {
namespace {

constexpr std::string_view kTail("\x00\x00\xff\xff", 4);
// Larger scripts arrive in their own pieces only.
constexpr std::size_t kMaxSingleBytes = 4 * kKiB, kMaxWholeBytes = 2 * kMiB;

void give(z_stream& z, std::string_view input) {
  z.next_in = reinterpret_cast<const Bytef*>(input.data());
  z.avail_in = static_cast<uInt>(input.size());
}

// With output in small pieces, zlib refuses what lies further back than its window. nullopt: not DEFLATE.
std::optional<std::string> unpacked(const std::string& payload, int window_bits) {
  z_stream z{};
  if (inflateInit2(&z, -window_bits) != Z_OK) return std::nullopt;
  const std::string input = payload + std::string(kTail);
  give(z, input);
  std::string message;
  int status = Z_OK;
  do {
    unsigned char piece[64];
    z.next_out = piece;
    z.avail_out = sizeof piece;
    status = ::inflate(&z, Z_SYNC_FLUSH);
    message.append(reinterpret_cast<const char*>(piece), sizeof piece - z.avail_out);
  } while (status == Z_OK);
  const bool all = z.avail_in == 0;
  inflateEnd(&z);
  return status == Z_BUF_ERROR && all ? std::optional(message) : std::nullopt;
}

// The server under test: sends every message back.
class EchoServer {
 public:
  explicit EchoServer(const Script& script) : script_(script) {
    if (script.offer.empty()) return;
    const auto agreement = agree_on_deflate(script.offer);
    if (agreement) window_bits_ = agreement->window_bits;
    EXPECT_TRUE(agreement) << script.offer;
  }

  // What it says to these bytes.
  std::string feed(std::string bytes) {
    std::string said;
    std::span<char> input(bytes);
    for (;;) {
      const auto item = reader_.next(input, script_.limits, window_bits_ == 0 ? nullptr : &inflater_);
      if (item.event == FrameReader::Event::none) break;
      const bool is_text = item.event == FrameReader::Event::text;
      if (is_text || item.event == FrameReader::Event::binary) {
        auto frame = base::share(encode_frame_header(is_text ? 1 : 2, item.payload.size()).append(item.payload));
        if (window_bits_ != 0) frame = deflater_.deflate(frame, window_bits_, script_.min_deflate_bytes);
        said += *frame;
      } else if (const auto reply = encode_reply(item)) {
        said += *reply;
      }
    }
    EXPECT_TRUE(input.empty()) << "bytes were left";
    deflater_.end_turn();
    inflater_.end_turn();
    return said;
  }
  [[nodiscard]] bool idle() const { return reader_.idle(); }
  [[nodiscard]] std::uint8_t window_bits() const { return window_bits_; }

 private:
  const Script& script_;
  std::uint8_t window_bits_ = 0;
  FrameReader reader_;
  MessageInflater inflater_;
  LoopStats stats_;
  FrameDeflater deflater_{stats_};
};

// Takes the first frame off `stream`. Only what a server may send is a frame here: no mask, the shortest length.
std::optional<Answer> take_answer(std::string_view& stream, int window_bits) {
  const auto byte = [&](std::size_t i) { return i < stream.size() ? static_cast<unsigned char>(stream[i]) : 0U; };
  const unsigned first = byte(0);
  std::size_t head = 2, size = byte(1);
  if (stream.size() < 2 || size > 127) return std::nullopt;
  if (size >= 126) {
    head = size == 126 ? 4 : 10;
    const std::size_t shortest = size == 126 ? 126 : 65'536;
    size = 0;
    for (std::size_t i = 2; i < head; ++i) size = size << 8 | byte(i);
    if (size < shortest) return std::nullopt;
  }
  if (stream.size() < head + size) return std::nullopt;
  Answer answer{first & ~0x40U, std::string(stream.substr(head, size)), Packed::no};
  stream.remove_prefix(head + size);
  if ((first & 0x40U) == 0) return answer;
  auto message = window_bits == 0 ? std::nullopt : unpacked(answer.payload, window_bits);
  if (!message) return std::nullopt;
  answer.payload = std::move(*message);
  answer.packed = Packed::yes;
  return answer;
}

bool is_close(const Answer& answer) {
  return answer.first_byte == 0x88;
}

void run(const Script& script, const std::vector<std::string>& writes, bool own_pieces) {
  EchoServer server(script);
  std::vector<Answer> answers;
  std::size_t closed_at = kNever;
  for (std::size_t i = 0; i < writes.size(); ++i) {
    const std::string said = server.feed(writes[i]);
    std::string_view rest = said;
    while (!rest.empty()) {
      auto answer = take_answer(rest, server.window_bits());
      ASSERT_TRUE(answer) << "the server sent what is no frame";
      if (is_close(*answer) && closed_at == kNever) closed_at = i;
      answers.push_back(std::move(*answer));
    }
  }
  ASSERT_EQ(answers.size(), script.answers.size());
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i], script.answers[i]) << "answer " << i;
  if (own_pieces) {
    EXPECT_EQ(closed_at, script.closes_at) << "closed by another write";
  }
  EXPECT_EQ(server.idle(), !script.unfinished) << "memory is kept, or lost";
}

}  // namespace

void PrintTo(const Answer& answer, std::ostream* out) {
  *out << std::hex << answer.first_byte << std::dec << (answer.packed == Packed::yes ? " packed " : " ")
       << answer.payload.size() << " bytes: " << ::testing::PrintToString(answer.payload.substr(0, 60));
}

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

std::string case_name(const ::testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

void WebSocketCases::check(const Case& one) {
  SCOPED_TRACE(one.rule);
  const Script script = one.script();
  run(script, script.writes, true);
  const std::string stream = joined(script.writes);
  if (stream.size() <= kMaxWholeBytes && script.writes.size() > 1) {
    SCOPED_TRACE("in one piece");
    run(script, {stream}, false);
  }
  if (stream.size() <= kMaxSingleBytes) {
    SCOPED_TRACE("byte by byte");
    run(script, chopped(stream, 1), false);
  }
}

void check_group(const std::vector<Case>& cases, std::size_t count) {
  EXPECT_GE(cases.size(), count);
  std::set<std::pair<std::size_t, std::vector<std::size_t>>> seen;
  for (const Case& one : cases) {
    EXPECT_TRUE(one.rule.starts_with("RFC ") && one.rule.find(": ") != std::string::npos) << one.name;
    const Script script = one.script();
    std::vector<std::size_t> sent{std::hash<std::string>()(script.offer), script.limits.max_message_bytes,
                                  script.limits.max_fragments};
    for (const auto& write : script.writes) sent.push_back(std::hash<std::string>()(write));
    EXPECT_TRUE(seen.emplace(script.writes.size(), std::move(sent)).second) << one.name << " is there twice";
  }
}

std::string text(std::string_view payload) {
  return client_frame(0x81, payload);
}
std::string binary(std::string_view payload) {
  return client_frame(0x82, payload);
}
std::string ping(std::string_view payload) {
  return client_frame(0x89, payload);
}
std::string pong(std::string_view payload) {
  return client_frame(0x8a, payload);
}
std::string close(std::uint16_t code, std::string_view reason) {
  return client_frame(0x88, close_answer(code).payload.append(reason));
}

std::vector<std::string> fragments(unsigned first_byte, std::string_view message, std::size_t bytes) {
  std::vector<std::string> frames;
  for (std::size_t at = 0; at == 0 || at < message.size(); at += bytes) {
    const unsigned fin = at + bytes >= message.size() ? 0x80U : 0U;
    frames.push_back(client_frame((at == 0 ? first_byte & 0x7fU : 0U) | fin, message.substr(at, bytes)));
  }
  return frames;
}

std::vector<std::string> chopped(std::string_view stream, std::size_t bytes) {
  std::vector<std::string> pieces;
  for (std::size_t at = 0; at < stream.size(); at += bytes) pieces.emplace_back(stream.substr(at, bytes));
  return pieces;
}

std::string joined(const std::vector<std::string>& pieces) {
  std::string all;
  for (const auto& piece : pieces) all += piece;
  return all;
}

std::string packed(std::string_view message, Packing packing) {
  z_stream z{};
  EXPECT_EQ(deflateInit2(&z, packing.level, Z_DEFLATED, -packing.window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&z, static_cast<uLong>(message.size())) + 16, '\0');
  give(z, message);
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(::deflate(&z, Z_SYNC_FLUSH), Z_OK);
  out.resize(out.size() - z.avail_out);
  deflateEnd(&z);
  EXPECT_TRUE(out.ends_with(kTail));
  out.resize(out.size() - kTail.size());
  return out;
}

Answer text_answer(std::string_view payload, Packed how) {
  return {0x81, std::string(payload), how};
}
Answer binary_answer(std::string_view payload, Packed how) {
  return {0x82, std::string(payload), how};
}
Answer pong_answer(std::string_view payload) {
  return {0x8a, std::string(payload), Packed::no};
}
Answer close_answer(std::uint16_t code) {
  if (code == kCloseNoCode) return {0x88, {}, Packed::no};
  return {0x88, {static_cast<char>(code >> 8), static_cast<char>(code & 0xff)}, Packed::no};
}

Script says(std::vector<std::string> writes, std::vector<Answer> answers) {
  Script script;
  script.writes = std::move(writes);
  script.answers = std::move(answers);
  return script;
}

Script fails(std::vector<std::string> writes, std::uint16_t code, std::vector<Answer> answers) {
  Script script = says(std::move(writes), std::move(answers));
  script.closes_at = script.writes.size() - 1;
  script.answers.push_back(close_answer(code));
  return script;
}

}  // namespace skat::net::testing
