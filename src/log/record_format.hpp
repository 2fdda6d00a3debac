// The bytes of a record in the log: one JSON object, contract in docs/log-format.md. Sans-I/O.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/record.hpp"

namespace skat::log {

inline constexpr int kRecordVersion = 1;  // "v"

[[nodiscard]] std::string encode_record(const model::Record& record);
// errc::bad_record for anything the contract does not allow: not JSON, unknown v or kind, a missing or ill-typed
// member, a lone surrogate, U+0000, a number out of range, a key that is not the record's room. Never throws.
[[nodiscard]] result<model::Record> decode_record(std::string_view key, std::string_view value);

}  // namespace skat::log
