#include "net/websocket_deflate.hpp"

#define ZLIB_CONST
#include <zlib.h>

#include <limits>

#include "base/check.hpp"
#include "net/utf8_stream.hpp"

namespace skat::net {
namespace {

// The end of the last block, which does not travel (section 7.2.1).
constexpr std::string_view kTail("\x00\x00\xff\xff", 4);
// A loop must not stand still: the fastest level takes a third of the usual one's time for little more bytes.
constexpr int kLevel = Z_BEST_SPEED;
constexpr int kMemoryLevel = 8;
// Limit: of a message's memory that is kept for the next.
constexpr std::size_t kKeptBytes = 64 * 1024;

using Piece = std::array<unsigned char, 16 * 1024>;
// zlib counts in 32 bits; larger messages leave as they are, and do not come in.
constexpr std::size_t kMaxInputBytes = std::numeric_limits<uInt>::max();

void give(z_stream& z, std::string_view input) noexcept {
  z.next_in = reinterpret_cast<const Bytef*>(input.data());
  z.avail_in = static_cast<uInt>(input.size());
}
// What zlib has put into the first `room` bytes of `piece`.
std::string_view take(const z_stream& z, const Piece& piece, std::size_t room) noexcept {
  return {reinterpret_cast<const char*>(piece.data()), room - z.avail_out};
}

}  // namespace

struct MessageDeflater::Stream {
  explicit Stream(std::uint8_t window_bits) {
    const int status = deflateInit2(&z, kLevel, Z_DEFLATED, -int{window_bits}, kMemoryLevel, Z_DEFAULT_STRATEGY);
    SKAT_CHECK(status == Z_OK, "zlib has no memory for a compressor");
  }
  ~Stream() { deflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream z{};
  Piece piece;
};

MessageDeflater::MessageDeflater() = default;
MessageDeflater::~MessageDeflater() = default;

std::optional<base::Bytes> MessageDeflater::deflate(std::string_view message, std::uint8_t window_bits) {
  SKAT_CHECK(window_bits >= kMinWindowBits && window_bits <= kMaxWindowBits, "a window is not 9 to 15 bits");
  if (message.size() > kMaxInputBytes) return std::nullopt;
  auto& stream = streams_[static_cast<std::size_t>(window_bits - kMinWindowBits)];
  if (!stream) stream = std::make_unique<Stream>(window_bits);
  z_stream& z = stream->z;
  deflateReset(&z);
  give(z, message);
  base::Bytes packed;
  do {
    z.next_out = stream->piece.data();
    z.avail_out = static_cast<uInt>(stream->piece.size());
    (void)::deflate(&z, Z_SYNC_FLUSH);
    packed.append(take(z, stream->piece, stream->piece.size()));
    if (packed.size() >= message.size() + kTail.size()) return std::nullopt;
  } while (z.avail_out == 0);
  packed.resize(packed.size() - kTail.size());
  return packed;
}

struct MessageInflater::Stream {
  // The largest window takes what was compressed with any.
  Stream() { SKAT_CHECK(inflateInit2(&z, -MAX_WBITS) == Z_OK, "zlib has no memory for a decompressor"); }
  ~Stream() { inflateEnd(&z); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  z_stream z{};
  Piece piece;
};

MessageInflater::MessageInflater() = default;
MessageInflater::~MessageInflater() = default;

MessageInflater::Result MessageInflater::inflate(std::string_view payload, Content content, std::size_t max_bytes) {
  if (payload.size() > kMaxInputBytes) return {Status::too_big, {}};
  if (!stream_) stream_ = std::make_unique<Stream>();
  z_stream& z = stream_->z;
  inflateReset(&z);  // forgets the window too: no message sees another's bytes
  message_.clear();
  Utf8Stream utf8;
  bool after_block = false;
  for (const std::string_view part : {payload, kTail}) {
    give(z, part);
    int status = Z_OK;
    do {
      const std::size_t left = max_bytes - message_.size();
      const std::size_t room = left < stream_->piece.size() ? left + 1 : stream_->piece.size();
      z.next_out = stream_->piece.data();
      z.avail_out = static_cast<uInt>(room);
      status = ::inflate(&z, Z_SYNC_FLUSH);
      const std::string_view got = take(z, stream_->piece, room);
      if (content == Content::text && !utf8.feed(got.substr(0, left))) return {Status::not_utf8, {}};
      if (got.size() > left) return {Status::too_big, {}};
      message_.append(got);
      if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return {Status::corrupt, {}};
      after_block = status == Z_STREAM_END || (z.data_type & 128) != 0;
      // A block may say that it is the last one, and others follow (section 7.2.3.4).
      if (status == Z_STREAM_END) inflateReset(&z);
    } while (z.avail_in != 0 || (z.avail_out == 0 && status != Z_STREAM_END));
  }
  if (!after_block) return {Status::corrupt, {}};
  if (content == Content::text && !utf8.complete()) return {Status::not_utf8, {}};
  return {Status::whole, message_};
}

void MessageInflater::end_turn() noexcept {
  if (message_.capacity() > kKeptBytes) message_ = {};
}

}  // namespace skat::net
