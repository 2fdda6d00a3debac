// Any bytes are refused or decode to a record that encodes to bytes of the same meaning, and no longer than they were.
// Input: the key up to the first newline, the value after it. tests/corpus/record_format holds the first inputs.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "log/record_format.hpp"

SKAT_FUZZ_TARGET(record_format) {
  const auto newline = input.find('\n');
  const auto key = input.substr(0, newline);
  const auto value = newline == std::string_view::npos ? std::string_view{} : input.substr(newline + 1);
  const auto record = skat::log::decode_record(key, value);
  if (!record) return;
  const auto encoded = skat::log::encode_record(*record);
  const auto again = skat::log::decode_record(key, encoded);
  SKAT_CHECK(again && skat::log::encode_record(*again) == encoded, "encoding changed a decoded record");
  SKAT_CHECK(encoded.size() <= value.size(), "encoding made a record longer");
}
