// BodyReader: the body of one request: Content-Length or chunked (RFC 9112, sections 6 and 7). Sans-I/O.
// Stricter than the grammar where laxness has been used to smuggle requests: no bare LF, no space in a chunk's size
// line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace skat::net {

class BodyReader {
 public:
  enum class Status : std::uint8_t { need_more, complete, too_large, malformed };

  // Exactly `length` bytes; the caller has compared it with its limit.
  [[nodiscard]] static BodyReader of_length(std::uint64_t length);
  // Limit: `max_bytes` of content.
  [[nodiscard]] static BodyReader chunked(std::size_t max_bytes);

  // Takes from the front of `bytes` what belongs to the body and appends content to `body`.
  [[nodiscard]] Status feed(std::string_view& bytes, std::string& body);

 private:
  // Limit: one chunk-size line with its extensions, and all trailer lines together: malformed.
  static constexpr std::size_t kMaxSizeLine = 256, kMaxTrailers = 8 * 1024;

  enum class State : std::uint8_t {
    plain,
    size,
    extension,
    size_lf,
    data,
    data_cr,
    data_lf,
    trailer_start,
    trailer,
    trailer_lf,
    last_lf,
    done
  };

  [[nodiscard]] Status step(char c);
  [[nodiscard]] Status step_size(char c);
  [[nodiscard]] Status step_trailer(char c);
  [[nodiscard]] Status begin_chunk();

  State state_ = State::plain;
  std::uint64_t left_ = 0;   // of the body, or of the chunk
  std::size_t allowed_ = 0;  // content that may still come
  std::size_t line_bytes_ = 0, trailer_bytes_ = 0, digits_ = 0;
};

}  // namespace skat::net
