// Any bytes, however they are cut: the reader says the same, keeps to its limits, and never holds text that is not
// UTF-8. Input: the first byte is the size of the pieces, the rest is what the client sends.
// tests/corpus/websocket_frame.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "base/utf8.hpp"
#include "net/websocket_frame.hpp"

namespace {

using skat::net::FrameReader;

struct Seen {
  FrameReader::Event event;
  std::uint16_t code;
  std::string payload;
  bool operator==(const Seen&) const = default;
};

std::vector<Seen> read(std::string bytes, std::size_t step) {
  constexpr skat::net::FrameLimits kLimits{.max_message_bytes = 300, .max_fragments = 4};
  FrameReader reader;
  std::vector<Seen> seen;
  for (std::size_t at = 0; at < bytes.size(); at += std::min(step, bytes.size() - at)) {
    std::span<char> input(bytes.data() + at, std::min(step, bytes.size() - at));
    for (;;) {
      const auto item = reader.next(input, kLimits);
      if (item.event == FrameReader::Event::none) break;
      SKAT_CHECK(item.payload.size() <= kLimits.max_message_bytes, "a message above the limit");
      const bool text = item.event == FrameReader::Event::text || item.event == FrameReader::Event::close;
      SKAT_CHECK(!text || skat::base::is_valid_utf8(item.payload), "text that is not UTF-8");
      seen.push_back({item.event, item.code, std::string(item.payload)});
      if (item.event == FrameReader::Event::error) return seen;
    }
  }
  return seen;
}

// A cut frame fails at the earliest byte, a whole one by its first rule that is broken: only that there is an error is
// the same.
void forget_code(std::vector<Seen>& seen) {
  if (!seen.empty() && seen.back().event == FrameReader::Event::error) seen.back().code = 0;
}

}  // namespace

SKAT_FUZZ_TARGET(websocket_frame) {
  if (input.size() < 2) return;
  const std::string bytes(input.substr(1));
  auto whole = read(bytes, bytes.size());
  auto cut = read(bytes, std::size_t{static_cast<unsigned char>(input.front())} + 1);
  forget_code(whole);
  forget_code(cut);
  // Cut, a frame may fail before its end has come; whole, it has to be there first.
  if (!cut.empty() && cut.back().event == FrameReader::Event::error && whole.size() + 1 == cut.size()) cut.pop_back();
  SKAT_CHECK(whole == cut, "cutting changed what was read");
}
