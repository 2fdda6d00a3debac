#include "base/sqlite/errc.hpp"

#include <sqlite3.h>

namespace skat::base::sqlite {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "skat.sqlite"; }

  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::error:
        return "SQLite refused the call";
      case errc::busy:
        return "the database is locked";
      case errc::full:
        return "the disk is full";
      case errc::io:
        return "disk input or output failed";
      case errc::cannot_open:
        return "the database file cannot be opened";
      case errc::read_only:
        return "the database cannot be written";
      case errc::interrupted:
        return "the statement was interrupted";
      case errc::corrupt:
        return "the database is damaged, or no database";
      case errc::unique:
        return "a unique constraint failed";
      case errc::constraint:
        return "a constraint failed";
      case errc::too_big:
        return "a value is too big";
      case errc::newer_schema:
        return "the schema is newer than this program";
    }
    return "unknown SQLite error";
  }

  bool equivalent(int value, const boost::system::error_condition& wanted) const noexcept override {
    switch (static_cast<errc>(value)) {
      case errc::busy:
      case errc::full:
      case errc::io:
      case errc::cannot_open:
      case errc::read_only:
      case errc::interrupted:
        return wanted == make_error_condition(condition::retryable);
      case errc::corrupt:
      case errc::newer_schema:
        return wanted == make_error_condition(condition::corrupt);
      case errc::error:
      case errc::unique:
      case errc::constraint:
      case errc::too_big:
        break;
    }
    return false;
  }
};

}  // namespace

error_code make_error_code(errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

errc from_result_code(int result_code) noexcept {
  if (result_code == SQLITE_CONSTRAINT_UNIQUE || result_code == SQLITE_CONSTRAINT_PRIMARYKEY ||
      result_code == SQLITE_CONSTRAINT_ROWID) {
    return errc::unique;
  }
  switch (result_code & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
      return errc::busy;
    case SQLITE_FULL:
      return errc::full;
    case SQLITE_IOERR:
      return errc::io;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      return errc::cannot_open;
    case SQLITE_READONLY:
      return errc::read_only;
    case SQLITE_INTERRUPT:
      return errc::interrupted;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return errc::corrupt;
    case SQLITE_CONSTRAINT:
      return errc::constraint;
    case SQLITE_TOOBIG:
      return errc::too_big;
    default:
      return errc::error;
  }
}

}  // namespace skat::base::sqlite
