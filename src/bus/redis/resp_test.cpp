#include "bus/redis/resp.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace skat::bus::redis::resp {
namespace {

// A reply as one line that shows its shape.
std::string show(const Reply& reply) {
  switch (reply.type()) {
    case Type::simple:
      return fmt::format("+{}", reply.text());
    case Type::error:
      return fmt::format("-{}", reply.text());
    case Type::integer:
      return fmt::format("{}", reply.number());
    case Type::bulk:
      return fmt::format("'{}'", reply.text());
    case Type::null:
      return "null";
    case Type::boolean:
      return reply.number() != 0 ? "true" : "false";
    case Type::real:
    case Type::big_number:
      return fmt::format("({})", reply.text());
    case Type::array:
    case Type::set:
    case Type::map:
    case Type::push:
      break;
  }
  std::string shown = reply.type() == Type::array ? "["
                      : reply.type() == Type::set ? "~["
                      : reply.type() == Type::map ? "{"
                                                  : ">[";
  for (std::size_t i = 0; i < reply.size(); ++i) shown += (i > 0 ? " " : "") + show(reply.at(i));
  return shown + (reply.type() == Type::map ? "}" : "]");
}

// Everything that bytes hold, fed `step` bytes at a time; "…" when something is missing, "!" and why when it is broken.
std::string read_all(std::string_view bytes, std::size_t step = std::string_view::npos, const Limits& limits = {}) {
  Reader reader(limits);
  std::string shown;
  std::size_t begin = 0, end = 0;
  while (true) {
    if (begin < bytes.size() && begin == end)
      end = std::min(bytes.size(), step > bytes.size() ? bytes.size() : end + step);
    if (begin == end) return shown;
    const std::string piece(bytes.substr(begin, end - begin));  // a copy: reads outside are seen by the sanitizer
    switch (reader.read(piece)) {
      case Reader::Status::complete:
        shown += (shown.empty() ? "" : " ") + show(reader.reply());
        begin += reader.size();
        break;
      case Reader::Status::incomplete:
        if (end == bytes.size()) return shown + "…";
        end = std::min(bytes.size(), end + step);
        break;
      case Reader::Status::broken:
        return shown + "! " + reader.problem();
    }
  }
}

// Whole and in every cut.
std::string read(std::string_view bytes, const Limits& limits = {}) {
  const auto whole = read_all(bytes, std::string_view::npos, limits);
  for (std::size_t step = 1; step < std::min<std::size_t>(bytes.size(), 40); ++step) {
    EXPECT_EQ(read_all(bytes, step, limits), whole) << "in pieces of " << step;
  }
  return whole;
}

TEST(Resp, ReadsEveryTypeOfVersion2) {
  EXPECT_EQ(
      read("+OK\r\n-ERR "
           "no\r\n:1000\r\n:-5\r\n:+7\r\n$5\r\nhello\r\n$0\r\n\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n:1\r\n*1\r\n$1\r\na\r\n"),
      "+OK -ERR no 1000 -5 7 'hello' '' null null [] [1 ['a']]");
}

TEST(Resp, ReadsEveryTypeOfVersion3) {
  EXPECT_EQ(read("_\r\n#t\r\n#f\r\n,1.25\r\n,inf\r\n(3492890328409238509324850943850943825024385\r\n"),
            "null true false (1.25) (inf) (3492890328409238509324850943850943825024385)");
  EXPECT_EQ(read("!11\r\nERR "
                 "a\r\nfree\r\n=8\r\ntxt:Some\r\n%1\r\n+k\r\n*1\r\n:1\r\n~2\r\n:1\r\n:2\r\n>2\r\n+message\r\n%0\r\n"),
            "-ERR a\r\nfree 'Some' {+k [1]} ~[1 2] >[+message {}]");
}

TEST(Resp, AnAttributeIsLeftOut) {
  EXPECT_EQ(read("|1\r\n+ttl\r\n:3600\r\n*2\r\n:1\r\n|1\r\n+a\r\n*1\r\n:9\r\n:2\r\n|0\r\n:3\r\n"), "[1 2] 3");
}

TEST(Resp, ABulkStringHoldsAnyBytes) {
  EXPECT_EQ(read("$7\r\n\r\n$1\r\n\n\r\n:1\r\n"), "'\r\n$1\r\n\n' 1");
}

TEST(Resp, KeysAreFoundInMapsAndInListsOfPairs) {
  for (const std::string_view bytes :
       {"%3\r\n$4\r\nmods\r\n*1\r\n%1\r\n+role\r\n+no\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$5\r\nproto\r\n:3\r\n",
        "*6\r\n$4\r\nmods\r\n*1\r\n*2\r\n+role\r\n+no\r\n$4\r\nrole\r\n$6\r\nmaster\r\n$5\r\nproto\r\n:3\r\n"}) {
    Reader reader;
    ASSERT_EQ(reader.read(bytes), Reader::Status::complete);
    EXPECT_EQ(reader.reply().find("role")->text(), "master");
    EXPECT_EQ(reader.reply().find("proto")->number(), 3);
    EXPECT_FALSE(reader.reply().find("master"));
  }
}

TEST(Resp, WhatIsNotComplete) {
  for (const std::string_view bytes :
       {"+OK", "+OK\r", "$5", "$5\r\nhell", "$5\r\nhello", "$5\r\nhello\r", "*2\r\n:1\r\n", "|1\r\n+a\r\n+b\r\n"}) {
    EXPECT_EQ(read(bytes), "…") << bytes;
  }
}

TEST(Resp, WhatIsBrokenStaysBroken) {
  for (const std::string_view bytes : {"OK\r\n",        "+O\rK\r\n",       "+OK\n",          "\r\n",
                                       ":1x\r\n",       ":\r\n",           ":+-1\r\n",       ":9223372036854775808\r\n",
                                       "$-2\r\n",       "$x\r\n",          "$3\r\nabcd\r\n", "*-2\r\n",
                                       "*x\r\n",        "~-1\r\n",         "#y\r\n",         "_x\r\n",
                                       "=3\r\nabc\r\n", "=5\r\nabcde\r\n", ">0\r\n",         "*1\r\n>1\r\n:1\r\n",
                                       "$?\r\n",        "*?\r\n",          ";0\r\n",         ".\r\n"}) {
    EXPECT_TRUE(read(bytes).starts_with("! ")) << bytes;
  }
  Reader reader;
  EXPECT_EQ(reader.read("OK\r\n"), Reader::Status::broken);
  EXPECT_EQ(reader.read("+OK\r\n"), Reader::Status::broken);
}

TEST(RespLimits, ALine) {
  const Limits limits{.max_line_bytes = 10};
  EXPECT_EQ(read("+12345678\r\n", limits), "+12345678");
  EXPECT_EQ(read("+1234567890\r\n", limits), "! a line is too long");
  EXPECT_EQ(read_all("+1234567890", 11, limits), "! a line is too long");  // before its end has come
}

TEST(RespLimits, AStringIsRefusedBeforeItComes) {
  const Limits limits{.max_bulk_bytes = 3};
  EXPECT_EQ(read("$3\r\nabc\r\n", limits), "'abc'");
  EXPECT_EQ(read("$4\r\n", limits), "! a string is too long");
  EXPECT_EQ(read("=4\r\n", limits), "! a string is too long");
  EXPECT_EQ(read("!4\r\n", limits), "! a string is too long");
}

TEST(RespLimits, AReply) {
  const Limits limits{.max_reply_bytes = 20};
  EXPECT_EQ(read("*2\r\n$1\r\na\r\n$1\r\nb\r\n", limits), "['a' 'b']");
  EXPECT_EQ(read("*2\r\n$1\r\na\r\n$9\r\n", limits), "! a reply is too large");
  EXPECT_EQ(read("*9\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n", limits), "! a reply is too large");
  EXPECT_EQ(read("|1\r\n+a\r\n+b\r\n|1\r\n+a\r\n+b\r\n", limits), "! a reply is too large");
}

TEST(RespLimits, ValuesAndDepth) {
  const Limits few{.max_values = 3};
  EXPECT_EQ(read("*2\r\n:1\r\n:1\r\n*2\r\n:1\r\n:2\r\n", few), "[1 1] [1 2]");
  EXPECT_EQ(read("*4\r\n", few), "! a reply has too many values");
  EXPECT_EQ(read("%2\r\n", few), "! a reply has too many values");
  EXPECT_EQ(read("*2\r\n*1\r\n:1\r\n:1\r\n", few), "! a reply has too many values");
  EXPECT_EQ(read("*9223372036854775807\r\n"), "! a reply has too many values");
  EXPECT_EQ(read("%9223372036854775807\r\n"), "! a reply has too many values");
  const Limits flat{.max_depth = 2};
  EXPECT_EQ(read("*1\r\n*1\r\n:1\r\n", flat), "[[1]]");
  EXPECT_EQ(read("*1\r\n*1\r\n*0\r\n", flat), "[[[]]]");
  EXPECT_EQ(read("*1\r\n*1\r\n*1\r\n:1\r\n", flat), "! a reply is nested too deeply");
}

TEST(Resp, WritesCommands) {
  std::string out;
  append_command(out, {"PUBLISH", "a b", ""});
  append_header(out, 2);
  append_bulk(out, "SUBSCRIBE");
  append_bulk(out, "skat:", "room/1");
  EXPECT_EQ(out, "*3\r\n$7\r\nPUBLISH\r\n$3\r\na b\r\n$0\r\n\r\n*2\r\n$9\r\nSUBSCRIBE\r\n$11\r\nskat:room/1\r\n");
  EXPECT_EQ(read(out), "['PUBLISH' 'a b' ''] ['SUBSCRIBE' 'skat:room/1']");
}

}  // namespace
}  // namespace skat::bus::redis::resp
