#include "store/postgres/sqlstate.hpp"

#include <gtest/gtest.h>

namespace skat::store::postgres {
namespace {

error_code meaning(std::string_view sqlstate) {
  return errc_of(sqlstate);
}

TEST(Sqlstate, WhatMayPassByItselfIsRetryable) {
  for (const char* code : {"",       // libpq's own: the connection
                           "08006",  // connection failure
                           "08P01",  // protocol violation: how PgBouncer says that it has no server
                           "57P01",  // admin shutdown
                           "57P03",  // cannot connect now: starting up
                           "57014",  // query canceled: statement timeout
                           "40001",  // serialization failure
                           "40P01",  // deadlock detected
                           "53100",  // disk full
                           "53300",  // too many connections
                           "55P03",  // lock not available: lock timeout
                           "25006",  // read only: a standby
                           "25P03",  // idle in transaction too long
                           "58030",  // I/O error
                           "28P01",  // wrong password, while it is being changed
                           "3D000",  // no such database, while it is being restored
                           "XX000"}) {
    EXPECT_EQ(meaning(code), condition::retryable) << code;
  }
}

TEST(Sqlstate, ASchemaThatIsNotOursStopsAndAlarms) {
  for (const char* code : {"42P01", "42703", "42501", "3F000", "0A000", "P0001"}) {
    EXPECT_EQ(errc_of(code), errc::schema) << code;
  }
}

TEST(Sqlstate, DataThatTheDatabaseRefusesIsCorrupt) {
  for (const char* code : {"22021", "22003", "23505", "23503", "21000", "54000", "XX001", "XX002"}) {
    EXPECT_EQ(errc_of(code), errc::data_error) << code;
    EXPECT_EQ(meaning(code), condition::corrupt) << code;
  }
}

TEST(Sqlstate, WhatIsNotKnownIsTriedAgain) {
  EXPECT_EQ(errc_of("ZZ999"), errc::unavailable);
  EXPECT_EQ(errc_of("4"), errc::unavailable);
}

TEST(Sqlstate, AStartIsRefusedOnlyByWhatNobodyGetsPast) {
  for (const char* code : {"28P01", "28000", "3D000", "42501"}) EXPECT_TRUE(refuses_connection(code)) << code;
  for (const char* code : {"", "57P03", "53300", "08006"}) EXPECT_FALSE(refuses_connection(code)) << code;
}

TEST(Sqlstate, AConnectionIsGivenUpWhenItsServerGoesOrOnlyReads) {
  for (const char* code : {"", "57P01", "57P03", "08006", "25006", "25P03"}) EXPECT_TRUE(ends_connection(code)) << code;
  for (const char* code : {"57014", "40P01", "23505", "42P01"}) EXPECT_FALSE(ends_connection(code)) << code;
}

}  // namespace
}  // namespace skat::store::postgres
