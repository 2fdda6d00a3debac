#include "log/record_format.hpp"

#include <gtest/gtest.h>

#include <random>
#include <tuple>

#include "log/errc.hpp"
#include "model/limits.hpp"

void record_format_fuzz(std::string_view input);  // record_format_fuzz.cpp

namespace skat::log {
namespace {

using model::Access;
using model::Record;
using model::RecordKind;

auto fields(const Record& r) {
  return std::tie(r.room, r.kind, r.sender, r.device, r.n, r.name, r.text, r.room_name, r.access, r.origin);
}

Record sample(RecordKind kind) {
  Record record{.room = *model::RoomId::parse("000102030405060708090a0b0c0d0e0f"),
                .kind = kind,
                .sender = *model::UserId::parse("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"),
                .device = model::DeviceId{0x0123456789abcdef},
                .n = model::N{7},
                .name = "Ada",
                .text = {},
                .room_name = {},
                .access = Access::open,
                .origin = 0xfedcba9876543210};
  if (kind == RecordKind::message_send) record.text = "hello \"world\"\n";
  if (kind == RecordKind::room_create) {
    record.room_name = "Caf\xc3\xa9";
    record.access = Access::closed;
  }
  return record;
}

const std::string kKey = sample(RecordKind::message_send).room.hex();

// The encoding of a sample with one piece of text replaced: a table of near misses.
std::string with(RecordKind kind, std::string_view from, std::string_view to) {
  std::string value = encode_record(sample(kind));
  const auto at = value.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return value.replace(at, from.size(), to);
}

TEST(RecordFormat, WritesTheBytesOfTheContract) {
  EXPECT_EQ(encode_record(sample(RecordKind::message_send)),
            R"({"v":1,"room":"000102030405060708090a0b0c0d0e0f","kind":"message.send",)"
            R"("sender":"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff","device":"0123456789abcdef","n":7,)"
            R"("origin":"fedcba9876543210","body":{"name":"Ada","text":"hello \"world\"\n"}})");
  EXPECT_EQ(encode_record(sample(RecordKind::room_create)),
            R"({"v":1,"room":"000102030405060708090a0b0c0d0e0f","kind":"room.create",)"
            R"("sender":"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff","device":"0123456789abcdef","n":7,)"
            "\"origin\":\"fedcba9876543210\",\"body\":{\"name\":\"Ada\",\"room_name\":\"Caf\xc3\xa9\","
            R"("access":"closed"}})");
  EXPECT_EQ(encode_record(sample(RecordKind::member_join)),
            R"({"v":1,"room":"000102030405060708090a0b0c0d0e0f","kind":"member.join",)"
            R"("sender":"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff","device":"0123456789abcdef","n":7,)"
            R"("origin":"fedcba9876543210","body":{"name":"Ada"}})");
}

// Texts of every UTF-8 length, control characters and escapes among them.
std::string random_text(std::mt19937_64& random, std::size_t code_points, bool controls) {
  std::string text;
  while (code_points-- > 0) {
    const auto pick = random() % 6;
    const auto some = random();
    if (pick == 0 && controls) {
      text += static_cast<char>(1 + some % 31);
    } else if (pick <= 1) {
      text += "\"\\/ "[some % 4];
    } else if (pick == 2) {
      text += static_cast<char>(0xc3 + some % 28);
      text += static_cast<char>(0x80 + some % 64);
    } else if (pick == 3) {
      text += static_cast<char>(0xe1 + some % 12);
      text += static_cast<char>(0x80 + some % 64);
      text += static_cast<char>(0x80 + some / 64 % 64);
    } else if (pick == 4) {
      text += "\xf0\x9f\x98";
      text += static_cast<char>(0x80 + some % 64);
    } else {
      text += static_cast<char>('a' + some % 26);
    }
  }
  return text;
}

TEST(RecordFormat, EveryRecordComesBackAsItWas) {
  std::mt19937_64 random(20240229);
  constexpr RecordKind kKinds[] = {RecordKind::room_create, RecordKind::member_join, RecordKind::member_leave,
                                   RecordKind::message_send};
  for (int i = 0; i < 5000; ++i) {
    Record record;
    record.room = model::RoomId::random();
    record.sender = model::UserId::random();
    record.kind = kKinds[random() % 4];
    record.device = model::DeviceId{random()};
    record.origin = random();
    record.n = model::N{1 + random() % model::kMaxN};
    record.name = random_text(random, 1 + random() % model::kMaxNameCodePoints, false);
    if (record.kind == RecordKind::message_send) record.text = random_text(random, 1 + random() % 300, true);
    if (record.kind == RecordKind::room_create) {
      record.room_name = random_text(random, 1 + random() % model::kMaxNameCodePoints, false);
      record.access = static_cast<Access>(random() % 3);
    }
    const auto bytes = encode_record(record);
    const auto back = decode_record(record.room.hex(), bytes);
    ASSERT_TRUE(back) << bytes;
    ASSERT_EQ(fields(*back), fields(record)) << bytes;
    ASSERT_EQ(encode_record(*back), bytes);
  }
}

TEST(RecordFormat, AcceptsTheLargestValues) {
  auto record = sample(RecordKind::message_send);
  record.n = model::N{model::kMaxN};
  record.text = std::string(model::kMaxTextBytes, '\n');
  record.name.clear();
  for (std::size_t i = 0; i < model::kMaxNameCodePoints; ++i) record.name += "\xf0\x9f\x98\x80";
  const auto bytes = encode_record(record);
  EXPECT_LE(bytes.size(), model::kMaxRecordBytes);
  const auto back = decode_record(kKey, bytes);
  ASSERT_TRUE(back);
  EXPECT_EQ(fields(*back), fields(record));
}

TEST(RecordFormat, ReadsAnyOrderAnySpaceAndEscapes) {
  const std::string value = R"( { "body" : { "text":"\u00e9\ud83d\ude00\/", "n\u0061me":"Ada" } , "n":1, "v":1,
    "kind":"message.send", "origin":"0000000000000000", "device":"0000000000000001",
    "sender":"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", "room":"000102030405060708090a0b0c0d0e0f" } )";
  const auto record = decode_record(kKey, value);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->text, "\xc3\xa9\xf0\x9f\x98\x80/");
  EXPECT_EQ(record->name, "Ada");
}

TEST(RecordFormat, RefusesWhatTheContractDoesNotAllow) {
  constexpr auto kSend = RecordKind::message_send, kCreate = RecordKind::room_create, kJoin = RecordKind::member_join;
  const std::string text = R"("text":"hello \"world\"\n")", name = R"("name":"Ada")";
  const auto named = [&](std::string_view to) { return with(kSend, name, to); };
  const auto texted = [&](std::string_view to) { return with(kSend, text, to); };
  const auto quoted = [](std::string_view member, const std::string& value) {
    return std::string(member) + ":\"" + value + '"';
  };
  const std::string whole = encode_record(sample(kSend));
  const std::vector<std::pair<const char*, std::string>> refused{
      {"empty", ""},
      {"no JSON", "hello"},
      {"cut off", whole.substr(0, whole.size() - 1)},
      {"something after it", whole + "x"},
      {"two objects", whole + whole},
      {"an array", "[" + whole + "]"},
      {"a string", "\"v\""},
      {"a number", "1"},
      {"a comma at the end", with(kSend, "}}", "},}")},
      {"a comment", with(kSend, "{", "{/*x*/")},
      {"unknown version", with(kSend, R"("v":1)", R"("v":2)")},
      {"version as text", with(kSend, R"("v":1)", R"("v":"1")")},
      {"version as a fraction", with(kSend, R"("v":1)", R"("v":1.0)")},
      {"no version", with(kSend, R"("v":1,)", "")},
      {"no room", with(kSend, R"("room":"000102030405060708090a0b0c0d0e0f",)", "")},
      {"no sender", with(kSend, R"("sender":"f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",)", "")},
      {"no device", with(kSend, R"("device":"0123456789abcdef",)", "")},
      {"no n", with(kSend, R"("n":7,)", "")},
      {"no origin", with(kSend, R"("origin":"fedcba9876543210",)", "")},
      {"no body", with(kSend, R"(,"body":{"name":"Ada","text":"hello \"world\"\n"})", "")},
      {"no kind", with(kSend, R"("kind":"message.send",)", "")},
      {"unknown kind", with(kSend, "message.send", "message.edit")},
      {"kind of another case", with(kSend, "message.send", "Message.send")},
      {"a member it does not know", with(kSend, R"("v":1)", R"("v":1,"w":1)")},
      {"a member twice", with(kSend, R"("v":1)", R"("v":1,"v":1)")},
      {"a member twice by an escape", with(kSend, R"("v":1)", R"("v":1,"\u0076":1)")},
      {"the body twice", with(kSend, R"("body")", R"("body":{"name":"Ada","text":"x"},"body")")},
      {"a body member twice", named(name + "," + name)},
      {"a body member it does not know", named(name + R"(,"x":"y")")},
      {"a body member at the top", with(kSend, R"("v":1)", R"("v":1,"text":"x")")},
      {"a long key", with(kSend, R"("v":1)", R"("v":1,"a_key_of_more_than_sixteen":1)")},
      {"body as text", with(kSend, R"({"name":"Ada","text":"hello \"world\"\n"})", R"("x")")},
      {"body as null", with(kSend, R"({"name":"Ada","text":"hello \"world\"\n"})", "null")},
      {"an object inside the body", named(R"("name":{"name":"Ada"})")},
      {"a list inside the body", named(R"("name":["Ada"])")},
      {"an object for the room", with(kSend, R"("000102030405060708090a0b0c0d0e0f")", "{}")},
      {"a room that is too short", with(kSend, "000102030405060708090a0b0c0d0e0f", "000102030405060708090a0b0c0d0e")},
      {"upper-case hex", with(kSend, "000102030405060708090a0b0c0d0e0f", "000102030405060708090A0B0C0D0E0F")},
      {"another room than the key",
       with(kSend, "000102030405060708090a0b0c0d0e0f", "100102030405060708090a0b0c0d0e0f")},
      {"a device that is no hex", with(kSend, "0123456789abcdef", "0123456789abcdeg")},
      {"a device as a number", with(kSend, R"("0123456789abcdef")", "81985529216486895")},
      {"a sender as a number", with(kSend, R"("f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")", "1")},
      {"n is zero", with(kSend, R"("n":7)", R"("n":0)")},
      {"n below zero", with(kSend, R"("n":7)", R"("n":-7)")},
      {"n as a fraction", with(kSend, R"("n":7)", R"("n":7.0)")},
      {"n with an exponent", with(kSend, R"("n":7)", R"("n":7e0)")},
      {"n as text", with(kSend, R"("n":7)", R"("n":"7")")},
      {"n above 2^53-1", with(kSend, R"("n":7)", R"("n":9007199254740992)")},
      {"n above 2^63", with(kSend, R"("n":7)", R"("n":18446744073709551615)")},
      {"n above 2^64", with(kSend, R"("n":7)", R"("n":184467440737095516150)")},
      {"text is empty", texted(R"("text":"")")},
      {"text as a number", texted(R"("text":1)")},
      {"text is too long", texted(quoted(R"("text")", std::string(model::kMaxTextBytes + 1, 'x')))},
      {"text with U+0000", texted(R"("text":"a\u0000b")")},
      {"text with a raw zero byte", texted(std::string("\"text\":\"a\0b\"", 12))},
      {"text with a raw newline", texted("\"text\":\"a\nb\"")},
      {"text with a lone high surrogate", texted(R"("text":"a\ud83d")")},
      {"text with a high surrogate before a letter", texted(R"("text":"\ud83da")")},
      {"text with a high surrogate before another", texted(R"("text":"\ud83d\ud83d")")},
      {"text with a lone low surrogate", texted(R"("text":"\ude00a")")},
      {"text with a surrogate as UTF-8", texted("\"text\":\"\xed\xa0\x80\"")},
      {"text that is no UTF-8", texted("\"text\":\"\xff\"")},
      {"text with an overlong form", texted("\"text\":\"\xc0\xaf\"")},
      {"text cut inside a code point", texted("\"text\":\"\xc3\"")},
      {"a key that is no UTF-8", named("\"nam\xff\":\"Ada\"")},
      {"name is empty", named(R"("name":"")")},
      {"name of 65 code points", named(quoted(R"("name")", std::string(model::kMaxNameCodePoints + 1, 'x')))},
      {"name with U+0000", named(R"("name":"A\u0000")")},
      {"name with a tab", named(R"("name":"A\tda")")},
      {"name with U+007F", named("\"name\":\"A\x7f\"")},
      {"name with U+0085", named("\"name\":\"A\xc2\x85\"")},
      {"a message without text", with(kSend, "," + text, "")},
      {"a message with a room name", named(name + R"(,"room_name":"R")")},
      {"a join with text", with(kJoin, name, name + R"(,"text":"x")")},
      {"a join without a name", with(kJoin, name, "")},
      {"a room without a name", with(kCreate, "\"room_name\":\"Caf\xc3\xa9\",", "")},
      {"a room without access", with(kCreate, R"(,"access":"closed")", "")},
      {"unknown access", with(kCreate, R"("closed")", R"("secret")")},
      {"longer than any record", whole + std::string(model::kMaxRecordBytes, ' ')},
  };
  for (const auto& [why, value] : refused) {
    const auto record = decode_record(kKey, value);
    ASSERT_FALSE(record) << why << ": " << value;
    EXPECT_EQ(record.error(), errc::bad_record) << why;
    EXPECT_TRUE(record.error() == condition::corrupt) << why;
  }
  ASSERT_TRUE(decode_record(kKey, whole));
  EXPECT_FALSE(decode_record("", whole));
  EXPECT_FALSE(decode_record(kKey + "0", whole));
}

TEST(RecordFormat, AnyChangedByteIsRefusedOrStillARecord) {
  const std::string whole = encode_record(sample(RecordKind::room_create));
  std::mt19937_64 random(7);
  for (int i = 0; i < 20000; ++i) {
    std::string input = kKey + '\n' + whole;
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      input[random() % input.size()] = static_cast<char>(random());
    }
    record_format_fuzz(input);
  }
}

}  // namespace
}  // namespace skat::log
