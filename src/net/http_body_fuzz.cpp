// Any bytes as a body: however they are cut, the reader says the same, takes the same and holds the same, never more
// than the limit; what it completes is what the grammar says (read here a second time, line by line), and content that
// is written in chunks comes back.
// Input: a line, then the body. The line: "c" for chunked, else Content-Length; a byte that is the limit or length; the
// sizes of the pieces, over and over.
#include "net/http_body.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"

namespace {

using skat::net::BodyReader;

struct Outcome {
  BodyReader::Status status = BodyReader::Status::need_more;
  std::string content;
  std::size_t used = 0;
  bool operator==(const Outcome&) const = default;
};

std::size_t number(char c) {
  return static_cast<unsigned char>(c);
}

// Feeds `bytes` in pieces, whose sizes are the characters of `cuts`; without cuts, whole.
Outcome read(BodyReader reader, std::string_view bytes, std::string_view cuts, std::size_t limit) {
  Outcome out;
  std::size_t turn = 0;
  do {
    const std::size_t size = cuts.empty() ? bytes.size() : std::max<std::size_t>(1, number(cuts[turn++ % cuts.size()]));
    const auto piece = bytes.substr(out.used, size);
    std::string_view view = piece;
    out.status = reader.feed(view, out.content);
    out.used += piece.size() - view.size();
    SKAT_CHECK(out.content.size() <= limit, "content above the limit");
    SKAT_CHECK(out.status != BodyReader::Status::need_more || view.empty(), "bytes were left that are wanted");
  } while (out.status == BodyReader::Status::need_more && out.used < bytes.size());
  return out;
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return number(c) < 0x20 && c != '\t'; });
}

// RFC 9112, section 7.1, over text that is there as a whole. nullopt: not one whole body within the limit.
std::optional<Outcome> read_by_lines(std::string_view text, std::size_t limit) {
  Outcome out;
  std::size_t at = 0, trailer_bytes = 0;
  const auto line = [&]() -> std::optional<std::string_view> {
    const auto end = text.find("\r\n", at);
    if (end == std::string_view::npos) return std::nullopt;
    const auto found = text.substr(at, end - at);
    at = end + 2;
    return found;
  };
  for (;;) {
    const auto head = line();
    if (!head || head->size() + 2 > 256 || has_control(*head)) return std::nullopt;
    const auto digits = head->substr(0, head->find(';'));
    std::uint64_t size = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), size, 16);
    if (error != std::errc{} || end != digits.data() + digits.size() || digits.size() > 15) return std::nullopt;
    if (size == 0) break;
    if (size > limit - out.content.size() || text.size() - at < size + 2) return std::nullopt;
    out.content += text.substr(at, size);
    at += size;
    if (!text.substr(at).starts_with("\r\n")) return std::nullopt;
    at += 2;
  }
  for (;;) {
    const auto trailer = line();
    if (!trailer || trailer->find_first_of("\r\n") != std::string_view::npos) return std::nullopt;
    trailer_bytes += trailer->size() + 2;
    if (trailer_bytes > std::size_t{8} * 1024) return std::nullopt;
    if (trailer->empty()) break;
  }
  out.status = BodyReader::Status::complete;
  out.used = at;
  return out;
}

std::string write_chunks(std::string_view content, std::string_view sizes) {
  std::string text;
  for (std::size_t turn = 0; !content.empty(); ++turn) {
    const std::size_t want = sizes.empty() ? content.size() : number(sizes[turn % sizes.size()]);
    const auto piece = content.substr(0, std::max<std::size_t>(1, want));
    char hex[16];
    const auto end = std::to_chars(hex, hex + sizeof hex, piece.size(), 16).ptr;
    text.append(hex, end).append(turn % 2 == 0 ? "\r\n" : ";a=\"b\"\r\n").append(piece).append("\r\n");
    content.remove_prefix(piece.size());
  }
  return text + (sizes.empty() ? "0\r\n\r\n" : "000;x\r\nA: b\r\n\r\n");
}

void check_length(std::string_view bytes, std::string_view cuts, std::size_t length) {
  const auto whole = read(BodyReader::of_length(length), bytes, {}, length);
  SKAT_CHECK(whole.content == bytes.substr(0, length) && whole.used == whole.content.size(), "not the bytes that came");
  const bool complete = whole.status == BodyReader::Status::complete;
  SKAT_CHECK(complete == (bytes.size() >= length), "the end is not at the length");
  SKAT_CHECK(read(BodyReader::of_length(length), bytes, cuts, length) == whole, "cutting changed what was read");
}

void check_chunked(std::string_view bytes, std::string_view cuts, std::size_t limit) {
  const auto whole = read(BodyReader::chunked(limit), bytes, {}, limit);
  SKAT_CHECK(read(BodyReader::chunked(limit), bytes, cuts, limit) == whole, "cutting changed what was read");
  const auto expected = read_by_lines(bytes, limit);
  SKAT_CHECK(expected.has_value() == (whole.status == BodyReader::Status::complete), "another grammar");
  SKAT_CHECK(!expected || *expected == whole, "another reading");
  const auto content = bytes.substr(0, limit);
  const auto text = write_chunks(content, cuts);
  const auto again = read(BodyReader::chunked(limit), text, cuts, limit);
  SKAT_CHECK(again.status == BodyReader::Status::complete && again.used == text.size(), "a chunked body was refused");
  SKAT_CHECK(again.content == content, "a chunked body came back changed");
  if (content.empty()) return;
  const auto above = read(BodyReader::chunked(content.size() - 1), text, cuts, content.size() - 1);
  SKAT_CHECK(above.status == BodyReader::Status::too_large, "one byte above the limit was let pass");
}

}  // namespace

SKAT_FUZZ_TARGET(http_body) {
  const auto line_end = input.find('\n');
  if (line_end == std::string_view::npos || line_end < 2) return;
  const auto bytes = input.substr(line_end + 1);
  const auto cuts = input.substr(2, line_end - 2);
  if (input.front() == 'c') {
    check_chunked(bytes, cuts, number(input[1]));
  } else {
    check_length(bytes, cuts, number(input[1]));
  }
}
