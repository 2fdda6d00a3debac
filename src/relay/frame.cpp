#include "relay/frame.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace skat::relay {
namespace {

constexpr char kVersion = 1;
constexpr std::size_t kHeaderBytes = 24;

template <class T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i) & 0xFF));
  }
}

std::uint64_t get(std::string_view bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[at + i])) << (8 * i);
  }
  return value;
}

}  // namespace

std::string channel_of(Incarnation node) {
  return fmt::format("relay/{:016x}", static_cast<std::uint64_t>(node));
}

std::optional<Frame> decode_frame(std::string_view bytes) {
  if (bytes.size() < kHeaderBytes || bytes[0] != kVersion) return std::nullopt;
  const auto kind = static_cast<unsigned char>(bytes[1]);
  if (kind < static_cast<unsigned char>(Kind::request) || kind > static_cast<unsigned char>(Kind::leave)) {
    return std::nullopt;
  }
  if ((bytes[2] != 0 && bytes[2] != 1) || bytes[3] != 0) return std::nullopt;
  Frame frame;
  frame.kind = static_cast<Kind>(kind);
  frame.more = bytes[2] == 1;
  frame.from = static_cast<Incarnation>(get(bytes, 4, 8));
  frame.id = static_cast<RequestId>(get(bytes, 12, 8));
  frame.piece = static_cast<std::uint32_t>(get(bytes, 20, 4));
  frame.payload = bytes.substr(kHeaderBytes);
  return frame;
}

std::vector<base::SharedBytes> make_frames(Kind kind, Incarnation from, RequestId id, std::string_view message,
                                           std::size_t max_piece_bytes) {
  std::vector<base::SharedBytes> frames;
  std::uint32_t piece = 0;
  do {
    const auto payload = message.substr(0, max_piece_bytes);
    message.remove_prefix(payload.size());
    std::string bytes;
    bytes.reserve(kHeaderBytes + payload.size());
    bytes.push_back(kVersion);
    bytes.push_back(static_cast<char>(kind));
    bytes.push_back(message.empty() ? 0 : 1);
    bytes.push_back(0);
    put(bytes, static_cast<std::uint64_t>(from));
    put(bytes, static_cast<std::uint64_t>(id));
    put(bytes, piece++);
    bytes.append(payload);
    frames.push_back(base::share(std::move(bytes)));
  } while (!message.empty());
  return frames;
}

}  // namespace skat::relay
