// PostgreSQL's binary formats: big-endian numbers, and the identifiers of the types that are used. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace skat::store::postgres {

// From pg_type; these never change.
enum class Type : std::uint32_t {
  bytea = 17,
  int8 = 20,
  text = 25,
  bytea_array = 1001,
  text_array = 1009,
  int8_array = 1016,
  uuid = 2950,
  uuid_array = 2951,
};

template <class Integer>
void put_big_endian(std::string& out, Integer value) {
  for (int shift = static_cast<int>(sizeof value) * 8 - 8; shift >= 0; shift -= 8) {
    out.push_back(static_cast<char>(static_cast<std::uint64_t>(value) >> shift));
  }
}

[[nodiscard]] inline std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace skat::store::postgres
