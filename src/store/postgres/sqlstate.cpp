#include "store/postgres/sqlstate.hpp"

#include <algorithm>
#include <array>

namespace skat::store::postgres {
namespace {

struct Row {
  std::string_view prefix;  // two characters are a class
  errc meaning;
};

// The first row that fits. Class names as in PostgreSQL's manual, appendix A.
constexpr std::array kTable{
    Row{"08", errc::unavailable},    // connection exception; PgBouncer's own failures
    Row{"57", errc::unavailable},    // operator intervention: shutdown, starting up, cancelled, statement timeout
    Row{"40", errc::unavailable},    // transaction rollback: serialization, deadlock
    Row{"53", errc::unavailable},    // insufficient resources: disk, memory, connections
    Row{"55", errc::unavailable},    // object not in prerequisite state: lock timeout
    Row{"25", errc::unavailable},    // invalid transaction state: read only (a standby), idle too long
    Row{"58", errc::unavailable},    // system error: I/O
    Row{"28", errc::unavailable},    // invalid authorization: a password that is being changed
    Row{"3D", errc::unavailable},    // no such database: being restored
    Row{"XX001", errc::data_error},  // data corrupted
    Row{"XX002", errc::data_error},  // index corrupted
    Row{"XX", errc::unavailable},    // internal error
    Row{"22", errc::data_error},     // data exception
    Row{"23", errc::data_error},     // integrity constraint: an accepted event is there already, or cannot be
    Row{"21", errc::data_error},     // cardinality: a row named twice in one statement
    Row{"54", errc::data_error},     // program limit: a row too large for its index
    Row{"42", errc::schema},         // no such table or column, no right to it
    Row{"3F", errc::schema},         // no such schema
    Row{"0A", errc::schema},         // feature not supported
    Row{"P0", errc::schema},         // raised by a trigger or function that is not ours
};

}  // namespace

errc errc_of(std::string_view sqlstate) noexcept {
  if (sqlstate.empty()) return errc::unavailable;
  const auto row =
      std::find_if(kTable.begin(), kTable.end(), [&](const Row& each) { return sqlstate.starts_with(each.prefix); });
  return row == kTable.end() ? errc::unavailable : row->meaning;
}

bool refuses_connection(std::string_view sqlstate) noexcept {
  return sqlstate.starts_with("28") || sqlstate.starts_with("3D") || sqlstate.starts_with("42");
}

bool ends_connection(std::string_view sqlstate) noexcept {
  return sqlstate.empty() || sqlstate.starts_with("08") || sqlstate.starts_with("57P") || sqlstate.starts_with("25");
}

}  // namespace skat::store::postgres
