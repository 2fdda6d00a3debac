// Brings the schema up to this program's version. Several nodes may start at once: one works, the others wait for it.
#pragma once

#include <string>

#include "base/result.hpp"

namespace skat::store::postgres {

class Connection;

// One transaction under an advisory lock of its own, so that it works behind PgBouncer too. errc::schema when the
// database is of a newer program; `why` is then a sentence for people.
[[nodiscard]] result<void> migrate_blocking(Connection& connection, std::string& why);

}  // namespace skat::store::postgres
