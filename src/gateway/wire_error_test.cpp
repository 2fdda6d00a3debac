#include "gateway/wire_error.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include "chat/errc.hpp"
#include "fold/errc.hpp"
#include "gateway/errc.hpp"
#include "log/errc.hpp"
#include "store/errc.hpp"

namespace skat::gateway {
namespace {

// Every code from 1 to `last`, that one included.
template <class Errc>
std::vector<error_code> all(Errc last) {
  std::vector<error_code> codes;
  for (int i = 1; i <= static_cast<int>(last); ++i) codes.emplace_back(static_cast<Errc>(i));
  return codes;
}

std::vector<error_code> all_of_every_room() {
  std::vector<error_code> codes;
  for (const auto& room : {all(errc::no_stream), all(chat::errc::shutting_down), all(fold::errc::bad_snapshot),
                           all(log::errc::too_large), all(store::errc::schema)}) {
    codes.insert(codes.end(), room.begin(), room.end());
  }
  return codes;
}

// Code and retry of each row of protocol/errors.md.
std::map<std::string, std::string, std::less<>> documented() {
  std::ifstream file(SKAT_EXAMPLES "/../errors.md");
  std::map<std::string, std::string, std::less<>> rows;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    const auto end = line.find('`', 3);
    const auto retry = line.find("| ", end) + 2;
    rows[line.substr(3, end - 3)] = line.substr(retry, line.find(' ', retry) - retry);
  }
  return rows;
}

TEST(WireError, EveryCodeOfEveryRoomIsInTheContract) {
  const auto rows = documented();
  ASSERT_GE(rows.size(), 20U);
  for (const auto& code : all_of_every_room()) {
    const auto& wire = to_wire(code);
    SCOPED_TRACE(std::string(code.category().name()) + ": " + code.message());
    const auto row = rows.find(wire.code);
    ASSERT_NE(row, rows.end()) << wire.code;
    EXPECT_EQ(row->second, wire.retry);
    EXPECT_FALSE(wire.message.empty());
  }
}

TEST(WireError, EveryCodeOfTheContractCanBeAnswered) {
  std::set<std::string_view> answered;
  for (const auto& code : all_of_every_room()) answered.insert(to_wire(code).code);
  for (const auto& [code, retry] : documented()) EXPECT_TRUE(answered.contains(code)) << code;
}

TEST(WireError, SaysRetryAsTheConditionDoes) {
  for (const auto& code : all_of_every_room()) {
    SCOPED_TRACE(std::string(code.category().name()) + ": " + code.message());
    if (code == condition::retryable) {
      EXPECT_EQ(to_wire(code).retry, "yes");
    }
    if (code == condition::unknown) {
      EXPECT_EQ(to_wire(code).retry, "same");
    }
    if (code == condition::refused) {
      EXPECT_EQ(to_wire(code).retry, "no");
    }
  }
}

TEST(WireError, AStrangerIsUnknownSinceARepeatHarmsNobody) {
  EXPECT_EQ(to_wire(error_code(1, boost::system::system_category())).code, "unknown");
}

TEST(WireError, IsEncodedInTheOrderOfTheContract) {
  EXPECT_EQ(encode_error(chat::errc::busy),
            R"({"error":{"code":"busy","message":"The server is busy; try again.","retry":"yes"}})");
}

}  // namespace
}  // namespace skat::gateway
