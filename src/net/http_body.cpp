#include "net/http_body.hpp"

#include <algorithm>

namespace skat::net {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

BodyReader BodyReader::of_length(std::uint64_t length) {
  BodyReader reader;
  reader.left_ = length;
  return reader;
}

BodyReader BodyReader::chunked(std::size_t max_bytes) {
  BodyReader reader;
  reader.state_ = State::size;
  reader.allowed_ = max_bytes;
  return reader;
}

BodyReader::Status BodyReader::feed(std::string_view& bytes, std::string& body) {
  if (state_ == State::plain && left_ == 0) state_ = State::done;
  while (state_ != State::done && !bytes.empty()) {
    if (state_ == State::plain || state_ == State::data) {
      const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      body.append(bytes.substr(0, take));
      bytes.remove_prefix(take);
      left_ -= take;
      if (left_ == 0) state_ = state_ == State::plain ? State::done : State::data_cr;
      continue;
    }
    const char c = bytes.front();
    bytes.remove_prefix(1);
    if (const Status status = step(c); status != Status::need_more) return status;
  }
  return state_ == State::done ? Status::complete : Status::need_more;
}

BodyReader::Status BodyReader::step(char c) {
  switch (state_) {
    case State::size:
    case State::extension:
    case State::size_lf:
      return step_size(c);
    case State::data_cr:
      state_ = State::data_lf;
      return c == '\r' ? Status::need_more : Status::malformed;
    case State::data_lf:
      state_ = State::size;
      return c == '\n' ? Status::need_more : Status::malformed;
    default:
      return step_trailer(c);
  }
}

BodyReader::Status BodyReader::step_size(char c) {
  if (++line_bytes_ > kMaxSizeLine) return Status::malformed;
  if (state_ == State::size_lf) return c == '\n' ? begin_chunk() : Status::malformed;
  if (c == '\r') {
    state_ = State::size_lf;
    return digits_ > 0 ? Status::need_more : Status::malformed;
  }
  if (state_ == State::extension) {
    return static_cast<unsigned char>(c) < 0x20 && c != '\t' ? Status::malformed : Status::need_more;
  }
  if (c == ';' && digits_ > 0) {
    state_ = State::extension;
    return Status::need_more;
  }
  const int digit = hex_digit(c);
  if (digit < 0) return Status::malformed;
  if (++digits_ > 15) return Status::malformed;  // left_ cannot overflow
  left_ = left_ * 16 + static_cast<unsigned>(digit);
  return Status::need_more;
}

BodyReader::Status BodyReader::begin_chunk() {
  digits_ = line_bytes_ = 0;
  if (left_ == 0) {
    state_ = State::trailer_start;
    return Status::need_more;
  }
  if (left_ > allowed_) return Status::too_large;
  allowed_ -= static_cast<std::size_t>(left_);
  state_ = State::data;
  return Status::need_more;
}

BodyReader::Status BodyReader::step_trailer(char c) {
  if (++trailer_bytes_ > kMaxTrailers) return Status::malformed;
  switch (state_) {
    case State::trailer_start:
      state_ = c == '\r' ? State::last_lf : State::trailer;
      return c == '\n' ? Status::malformed : Status::need_more;
    case State::trailer:
      if (c == '\r') state_ = State::trailer_lf;
      return c == '\n' ? Status::malformed : Status::need_more;
    case State::trailer_lf:
      state_ = State::trailer_start;
      return c == '\n' ? Status::need_more : Status::malformed;
    default:  // last_lf
      state_ = State::done;
      return c == '\n' ? Status::complete : Status::malformed;
  }
}

}  // namespace skat::net
