// The scripts under schema/, in order; script i makes version i + 1 (migrate.hpp).
#pragma once

#include <span>
#include <string_view>

namespace skat::store::postgres {

std::span<const std::string_view> schema_scripts();

}  // namespace skat::store::postgres
