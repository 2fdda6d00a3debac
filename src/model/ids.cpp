#include "model/ids.hpp"

#include <atomic>
#include <charconv>
#include <span>

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "base/random.hpp"

namespace skat::model {
namespace {

bool is_lower_hex(std::string_view text) {
  for (const char c : text) {
    if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'))) return false;
  }
  return true;
}

}  // namespace

template <class Tag>
Id128<Tag> Id128<Tag>::random() {
  std::array<std::uint8_t, 16> bytes;
  base::fill_random(std::as_writable_bytes(std::span(bytes)));
  return Id128{bytes};
}

template <class Tag>
std::optional<Id128<Tag>> Id128<Tag>::parse(std::string_view hex) {
  if (hex.size() != 32 || !is_lower_hex(hex)) return std::nullopt;
  const auto raw = base::from_hex(hex);
  std::array<std::uint8_t, 16> bytes;
  std::memcpy(bytes.data(), raw->data(), bytes.size());
  return Id128{bytes};
}

template <class Tag>
std::string Id128<Tag>::hex() const {
  return base::to_hex({reinterpret_cast<const char*>(bytes_.data()), bytes_.size()});
}

template class Id128<RoomTag>;
template class Id128<UserTag>;

std::string hex64(std::uint64_t value) {
  std::string out(16, '0');
  for (std::size_t i = 0; i < 16; ++i) out[15 - i] = "0123456789abcdef"[value >> (4 * i) & 15];
  return out;
}

std::optional<std::uint64_t> parse_hex64(std::string_view hex) {
  if (hex.size() != 16 || !is_lower_hex(hex)) return std::nullopt;
  std::uint64_t value = 0;
  std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  return value;
}

DeviceId issue_device_id() {
  constexpr int kRandomBits = 20;
  static std::atomic<std::uint64_t> last{0};
  const auto millis = static_cast<std::uint64_t>(base::to_millis(base::wall_now()));
  std::uint64_t wanted = millis << kRandomBits | (base::random_u64() & ((1ULL << kRandomBits) - 1));
  std::uint64_t seen = last.load();
  do {
    if (wanted <= seen) wanted = seen + 1;  // the clock stood still or went back
  } while (!last.compare_exchange_weak(seen, wanted));
  return DeviceId{wanted};
}

}  // namespace skat::model
