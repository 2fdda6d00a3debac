// What makes two room names the same: every backend keys its names by this, so that they agree. Sans-I/O.
#pragma once

#include <string>
#include <string_view>

namespace skat::store {

// The name without white space at its ends, each code point by Unicode's simple case folding (Unicode 14.0, all
// scripts). No normalisation: a composed and a decomposed accent stay two names. A name of white space only keeps it,
// so that no key is empty but that of the empty name. Stored keys depend on the table: another Unicode version needs a
// migration.
[[nodiscard]] std::string name_key(std::string_view name);

}  // namespace skat::store
