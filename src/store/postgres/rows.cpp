#include "store/postgres/rows.hpp"

#include <libpq-fe.h>

#include <cstdlib>

namespace skat::store::postgres {

void Rows::Clear::operator()(pg_result* result) const {
  PQclear(result);
}

int Rows::size() const {
  return result_ ? PQntuples(result_.get()) : 0;
}

std::uint64_t Rows::changes() const {
  return result_ ? std::strtoull(PQcmdTuples(result_.get()), nullptr, 10) : 0;
}

bool Rows::is_null(int row, int column) const {
  return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Rows::bytes(int row, int column) const {
  return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

}  // namespace skat::store::postgres
