// The scripts under schema/, in order; script i makes version i + 1 (base::sqlite::Database::migrate).
#pragma once

#include <span>
#include <string_view>

namespace skat::log::sqlite {

std::span<const std::string_view> schema_scripts();

}  // namespace skat::log::sqlite
