#include "bus/redis/slot_map.hpp"

#include <algorithm>
#include <limits>

namespace skat::bus::redis {
namespace {

constexpr std::uint16_t kNobody = std::numeric_limits<std::uint16_t>::max();

constexpr std::array<std::uint16_t, 256> make_crc_table() {
  std::array<std::uint16_t, 256> table{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte << 8;
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
    table[byte] = static_cast<std::uint16_t>(crc);
  }
  return table;
}
constexpr auto kCrcTable = make_crc_table();

bool is_slot(const resp::Reply& reply) {
  return reply.type() == resp::Type::integer && reply.number() >= 0 &&
         reply.number() < static_cast<std::int64_t>(kSlots);
}

}  // namespace

std::uint16_t slot_of(std::string_view name) noexcept {
  if (const auto open = name.find('{'); open != std::string_view::npos) {
    const auto close = name.find('}', open + 1);
    if (close != std::string_view::npos && close > open + 1) name = name.substr(open + 1, close - open - 1);
  }
  std::uint16_t crc = 0;
  for (const char c : name) {
    crc = static_cast<std::uint16_t>((crc << 8) ^ kCrcTable[((crc >> 8) ^ static_cast<unsigned char>(c)) & 0xff]);
  }
  return crc % kSlots;
}

std::optional<SlotMap> read_slots(const resp::Reply& reply, std::string_view asked) {
  if (reply.type() != resp::Type::array) return std::nullopt;
  SlotMap map;
  map.master_of.fill(kNobody);
  for (std::size_t i = 0; i < reply.size(); ++i) {
    // first slot, last slot, [master's host, port, …], replicas…
    const auto range = reply.at(i);
    if (range.size() < 3 || !is_slot(range.at(0)) || !is_slot(range.at(1))) return std::nullopt;
    const auto master = range.at(2);
    if (master.size() < 2 || master.at(1).type() != resp::Type::integer) return std::nullopt;
    const auto host = master.at(0);
    const auto port = master.at(1).number();
    if (host.size() > 0 || host.text() == "?" || port < 1 || port > 65'535) return std::nullopt;
    const Address address{std::string(host.text().empty() ? asked : host.text()), static_cast<std::uint16_t>(port)};
    auto known = std::ranges::find(map.masters, address);
    if (known == map.masters.end()) known = map.masters.insert(known, address);
    const auto index = static_cast<std::uint16_t>(known - map.masters.begin());
    for (auto slot = range.at(0).number(); slot <= range.at(1).number(); ++slot) {
      map.master_of[static_cast<std::size_t>(slot)] = index;
    }
  }
  if (std::ranges::find(map.master_of, kNobody) != map.master_of.end()) return std::nullopt;
  return map;
}

}  // namespace skat::bus::redis
