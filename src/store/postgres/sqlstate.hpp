// What a SQLSTATE means for the store: the one table. Pure.
#pragma once

#include <string_view>

#include "store/errc.hpp"

namespace skat::store::postgres {

// `sqlstate`: five characters; empty for a failure that libpq noticed by itself, which is the connection's. What is not
// known here is errc::unavailable: it is tried again and said aloud, never skipped.
[[nodiscard]] errc errc_of(std::string_view sqlstate) noexcept;

// At the start only: the server is there and says that nobody will get in like this (log-in, unknown database, rights).
[[nodiscard]] bool refuses_connection(std::string_view sqlstate) noexcept;

// The connection is of no further use although the server still answered: it goes away, or is not the one that writes.
[[nodiscard]] bool ends_connection(std::string_view sqlstate) noexcept;

}  // namespace skat::store::postgres
