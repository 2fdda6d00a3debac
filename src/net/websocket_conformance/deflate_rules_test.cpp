// permessage-deflate one rule at a time (RFC 7692): the examples of the specification, where RSV1 may stand, what is no
// DEFLATE, and what a message may grow to.
#include "net/testing/test_client.hpp"
#include "net/testing/websocket_cases.hpp"

namespace skat::net::testing {
namespace {

using namespace std::string_literals;

// With the extension, and limits that are easily reached.
Script with_deflate(Script script) {
  script.offer = "permessage-deflate";
  script.limits = {.max_message_bytes = 2'000, .max_fragments = 8};
  return script;
}
Script says_it(std::vector<std::string> writes, std::vector<Answer> answers) {
  return with_deflate(says(std::move(writes), std::move(answers)));
}
Script fails_so(std::vector<std::string> writes, std::uint16_t code, std::vector<Answer> answers = {}) {
  return with_deflate(fails(std::move(writes), code, std::move(answers)));
}

std::string packed_text(std::string_view message) {
  return client_frame(0xc1, packed(message));
}

const std::string kHello = "\xf2\x48\xcd\xc9\xc9\x07\x00"s;

std::vector<Case> example_cases() {
  return {
      {"OneBlock", "RFC 7692, 7.2.3.1: \"Hello\" compressed into one block is these bytes",
       [] { return says_it({client_frame(0xc1, kHello)}, {text_answer("Hello")}); }},
      {"OneBlockInTwoFrames", "RFC 7692, 7.2.3.1: the block may lie in two frames, RSV1 is on the first",
       [] {
         return says_it({client_frame(0x41, kHello.substr(0, 3)), client_frame(0x80, kHello.substr(3))},
                        {text_answer("Hello")});
       }},
      {"ByReferenceToTheMessageBefore", "RFC 7692, 7.1.1.2: without context takeover no message refers to another",
       [] {
         return fails_so({client_frame(0xc1, kHello), client_frame(0xc1, "\xf2\x00\x11\x00\x00"s)}, 1007,
                         {text_answer("Hello")});
       }},
      {"TheSameBlockTwice", "RFC 7692, 7.1.1.2: without context takeover each message begins with an empty window",
       [] {
         return says_it({client_frame(0xc1, kHello), client_frame(0xc1, kHello)},
                        {text_answer("Hello"), text_answer("Hello")});
       }},
      {"ABlockThatIsNotCompressed", "RFC 7692, 7.2.3.3: a block may hold its bytes as they are",
       [] { return says_it({client_frame(0xc1, "\x00\x05\x00\xfa\xffHello\x00"s)}, {text_answer("Hello")}); }},
      {"ALastBlock", "RFC 7692, 7.2.3.4: a block may have BFINAL set",
       [] { return says_it({client_frame(0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00\x00"s)}, {text_answer("Hello")}); }},
      {"TwoBlocks", "RFC 7692, 7.2.3.5: a message may have several blocks",
       [] {
         return says_it({client_frame(0xc1, "\xf2\x48\x05\x00\x00\x00\xff\xff\xca\xc9\xc9\x07\x00"s)},
                        {text_answer("Hello")});
       }},
      {"AnEmptyMessage", "RFC 7692, 7.2.3.6: an empty message is compressed into one byte",
       [] { return says_it({client_frame(0xc1, "\0"s)}, {text_answer("")}); }},
  };
}

std::vector<Case> frame_cases() {
  constexpr const char* kPerMessage = "RFC 7692, 6: RSV1 says for each message whether it is compressed";
  constexpr const char* kFirstOnly = "RFC 7692, 6.1: RSV1 is set on the first frame of a message only";
  constexpr const char* kNoControl =
      "RFC 7692, 6: a control frame is never compressed, RSV1 on it fails the connection";
  constexpr const char* kSmall = "RFC 7692, 6.1: an endpoint may send a message as it is though compression was agreed";
  const std::string in_two = packed("a message in two frames");
  return {
      {"BothKindsOfMessages", kPerMessage,
       [] {
         return says_it({text("plain"), packed_text("packed"), binary("plain"), client_frame(0xc2, packed("packed"))},
                        {text_answer("plain"), text_answer("packed"), binary_answer("plain"), binary_answer("packed")});
       }},
      {"APlainMessageInTwoFrames", kPerMessage,
       [] { return says_it({client_frame(0x01, "pla"), client_frame(0x80, "in")}, {text_answer("plain")}); }},
      {"PackedThenPlainInTwoFrames", kPerMessage,
       [] {
         return says_it(
             {client_frame(0x41, packed("packed").substr(0, 2)), client_frame(0x80, packed("packed").substr(2)),
              client_frame(0x01, "pla"), client_frame(0x80, "in")},
             {text_answer("packed"), text_answer("plain")});
       }},
      {"AnEmptyFirstFrame", kFirstOnly,
       [] {
         return says_it({client_frame(0x41, ""), client_frame(0x00, packed("second")), client_frame(0x80, "")},
                        {text_answer("second")});
       }},
      {"PingBetweenFrames", "RFC 7692, 6: control frames between the frames of a message are what they are",
       [in_two] {
         return says_it({client_frame(0x41, in_two.substr(0, 5)), ping("ping"), client_frame(0x80, in_two.substr(5))},
                        {pong_answer("ping"), text_answer("a message in two frames")});
       }},
      {"Rsv1OnTheLastFrame", kFirstOnly,
       [in_two] {
         return fails_so({client_frame(0x41, in_two.substr(0, 5)), client_frame(0xc0, in_two.substr(5))}, 1002);
       }},
      {"Rsv1OnAMiddleFrame", kFirstOnly,
       [in_two] {
         return fails_so({client_frame(0x41, in_two.substr(0, 5)), client_frame(0x40, in_two.substr(5))}, 1002);
       }},
      {"Rsv1OnTheLastFrameOfAPlainMessage", kFirstOnly,
       [] { return fails_so({client_frame(0x01, "plain"), client_frame(0xc0, packed("packed"))}, 1002); }},
      {"Rsv1OnAContinuationOfNothing", kFirstOnly,
       [] { return fails_so({client_frame(0xc0, packed("packed"))}, 1002); }},
      {"Rsv1OnPing", kNoControl, [] { return fails_so({client_frame(0xc9, packed("ping"))}, 1002); }},
      {"Rsv1OnPong", kNoControl, [] { return fails_so({client_frame(0xca, packed("pong"))}, 1002); }},
      {"Rsv1OnClose", kNoControl, [] { return fails_so({client_frame(0xc8, "\x03\xe8")}, 1002); }},
      {"Rsv2", "RFC 7692, 6: the extension defines RSV1 and no other bit",
       [] { return fails_so({client_frame(0xa1, "x")}, 1002); }},
      {"Rsv3WithRsv1", "RFC 7692, 6: the extension defines RSV1 and no other bit",
       [] { return fails_so({client_frame(0xd1, packed("packed"))}, 1002); }},
      {"TheAnswerFromTheThresholdOn", kSmall,
       [] {
         return says_it({packed_text(std::string(127, 'x')), packed_text(std::string(128, 'x'))},
                        {text_answer(std::string(127, 'x')), text_answer(std::string(128, 'x'), Packed::yes)});
       }},
      {"TheAnswerToAPlainMessage", "RFC 7692, 6: each side decides for itself what it compresses",
       [] { return says_it({text(std::string(500, 'x'))}, {text_answer(std::string(500, 'x'), Packed::yes)}); }},
  };
}

std::vector<Case> corrupt_cases() {
  constexpr const char* kCorrupt =
      "RFC 6455, 7.4.1: 1007 is for data that is not what its type says; RFC 7692, 7.2.2: the payload has to be "
      "DEFLATE";
  const std::string whole = packed("a message that is cut, a message that is cut");
  return {
      {"NoPayload", "RFC 7692, 7.2.3.6: an empty message is one byte, not none",
       [] { return fails_so({client_frame(0xc1, "")}, 1007); }},
      {"AReservedBlock", kCorrupt, [] { return fails_so({client_frame(0xc1, "\x07")}, 1007); }},
      {"TextThatIsNotCompressed", kCorrupt, [] { return fails_so({client_frame(0xc1, "not compressed")}, 1007); }},
      {"LengthsThatDoNotAgree", kCorrupt,
       [] { return fails_so({client_frame(0xc1, "\x00\x05\x00\xfa\xfeHello\x00"s)}, 1007); }},
      {"ADistanceBeforeTheBegin", kCorrupt,
       [] { return fails_so({client_frame(0xc2, "\xf2\x00\x11\x00\x00"s)}, 1007); }},
      {"CutInABlock", kCorrupt,
       [whole] { return fails_so({client_frame(0xc1, whole.substr(0, whole.size() / 2))}, 1007); }},
      {"CutByTheLastByte", kCorrupt,
       [whole] { return fails_so({client_frame(0xc1, whole.substr(0, whole.size() - 1))}, 1007); }},
      {"NothingBehindALastBlock", "RFC 7692, 7.2.3.4: behind a last block stands a byte that the tail completes",
       [] { return fails_so({client_frame(0xc1, "\xf3\x48\xcd\xc9\xc9\x07\x00"s)}, 1007); }},
      {"TheTailItself", "RFC 7692, 7.2.1: the four bytes 00 00 FF FF are taken off; left on, the message is the same",
       [whole] {
         return says_it({client_frame(0xc1, whole + "\x00\x00\xff\xff\x00"s)},
                        {text_answer("a message that is cut, a message that is cut")});
       }},
      {"InTheSecondFrame", kCorrupt,
       [whole] {
         return fails_so({client_frame(0x41, whole.substr(0, 10)), client_frame(0x80, "\xff\xff\xff\xff")}, 1007);
       }},
      {"AfterAMessage", "RFC 6455, 7.1.7: what was right before the failure is answered",
       [] { return fails_so({packed_text("right"), client_frame(0xc1, "\x07")}, 1007, {text_answer("right")}); }},
  };
}

std::vector<Case> text_cases() {
  constexpr const char* kText =
      "RFC 6455, 8.1: text is UTF-8; RFC 7692, 6.2: what counts is the message, not its payload";
  return {
      {"WrongAtTheBegin", kText, [] { return fails_so({packed_text("\xff" + std::string(500, 'x'))}, 1007); }},
      {"WrongAtTheEnd", kText, [] { return fails_so({packed_text(std::string(500, 'x') + "\xff")}, 1007); }},
      {"EndsInACharacter", kText, [] { return fails_so({packed_text(std::string(500, 'x') + "\xe2\x82")}, 1007); }},
      {"WrongInTheSecondFrame", kText,
       [] {
         const auto payload = packed("right, then a surrogate \xed\xa0\x80");
         return fails_so({client_frame(0x41, payload.substr(0, 8)), client_frame(0x80, payload.substr(8))}, 1007);
       }},
      {"ACharacterOverBlocks", kText,
       [] {
         // Two blocks that hold their bytes as they are, with a character across them.
         return says_it({client_frame(0xc1, "\x00\x02\x00\xfd\xff\xe2\x82\x00\x01\x00\xfe\xff\xac\x00"s)},
                        {text_answer("\xe2\x82\xac")});
       }},
      {"BytesThatLookWrongInThePayload", kText,
       [] { return says_it({packed_text("\xc3\xa4\xc3\xb6\xc3\xbc")}, {text_answer("\xc3\xa4\xc3\xb6\xc3\xbc")}); }},
      {"ABinaryIsNotText", "RFC 6455, 5.6: a binary message may hold any bytes",
       [] { return says_it({client_frame(0xc2, packed("\xff\xfe"))}, {binary_answer("\xff\xfe")}); }},
  };
}

std::vector<Case> limit_cases() {
  constexpr const char* kLimit = "RFC 7692, 8: an endpoint limits what a message grows to while it inflates";
  const auto plain = [](std::size_t bytes) { return std::string(bytes, 'x'); };
  return {
      {"AtTheLimit", kLimit,
       [plain] { return says_it({packed_text(plain(2'000))}, {text_answer(plain(2'000), Packed::yes)}); }},
      {"OneByteMore", kLimit, [plain] { return fails_so({packed_text(plain(2'001))}, 1009); }},
      {"InFramesOneByteMore", kLimit,
       [plain] {
         const auto payload = packed(plain(2'001));
         return fails_so({client_frame(0x41, payload.substr(0, 4)), client_frame(0x80, payload.substr(4))}, 1009);
       }},
      {"ABomb", kLimit,
       [plain] { return fails_so({client_frame(0xc2, packed(plain(1'500'000)).substr(0, 1'500))}, 1009); }},
      {"ABombIsNotText", "RFC 6455, 7.4.1: what is too big is 1009, though the rest would not be text",
       [plain] { return fails_so({packed_text(plain(50'000) + "\xff")}, 1009); }},
      {"WrongTextBeforeTheLimit", "RFC 6455, 8.1: the first thing that is wrong decides",
       [plain] { return fails_so({packed_text("\xff" + plain(50'000))}, 1007); }},
      {"ThePayloadAtTheLimit", kLimit,
       [] {
         // 400 empty blocks of five bytes, and one byte less than another.
         std::string payload;
         for (int i = 0; i < 399; ++i) payload += "\x00\x00\x00\xff\xff"s;
         return says_it({client_frame(0xc2, payload + "\0"s)}, {binary_answer("")});
       }},
      {"ThePayloadPastTheLimit", "RFC 6455, 10.4: the frame's own size is limited too",
       [] {
         std::string payload;
         for (int i = 0; i < 400; ++i) payload += "\x00\x00\x00\xff\xff"s;
         return fails_so({client_frame(0xc2, payload + "\0"s)}, 1009);
       }},
      {"ThePayloadOfTwoFramesPastTheLimit", "RFC 6455, 10.4: the frames of a message count together",
       [] {
         return fails_so(
             {client_frame(0x42, std::string(1'500, '\0')), client_frame(0x80, std::string(501, '\0')).substr(0, 8)},
             1009);
       }},
      {"NineFrames", "RFC 6455, 10.4: the number of frames is limited as for any message",
       [] { return fails_so(fragments(0xc1, std::string(9, '\0'), 1), 1008); }},
  };
}

std::vector<Case> rule_cases() {
  std::vector<Case> cases;
  const auto add = [&cases](const char* prefix, std::vector<Case> more) {
    for (auto& one : more) {
      one.name = prefix + one.name;
      cases.push_back(std::move(one));
    }
  };
  add("Example", example_cases());
  add("Frame", frame_cases());
  add("Corrupt", corrupt_cases());
  add("Text", text_cases());
  add("Limit", limit_cases());
  return cases;
}

SKAT_WEBSOCKET_GROUP(WebSocketDeflateRules, rule_cases(), 50)

}  // namespace
}  // namespace skat::net::testing
