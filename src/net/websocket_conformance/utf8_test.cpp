// Text is UTF-8 (RFC 6455, section 8.1; RFC 3629): every boundary of the encoding, however a character is cut, and the
// byte at which text that is wrong has to be given up.
#include <fmt/format.h>

#include "net/testing/test_client.hpp"
#include "net/testing/websocket_cases.hpp"

namespace skat::net::testing {
namespace {

std::string utf8(std::uint32_t c) {
  const auto tail = [c](unsigned shift) { return static_cast<char>(0x80U | (c >> shift & 0x3fU)); };
  if (c < 0x80) return {static_cast<char>(c)};
  if (c < 0x800) return {static_cast<char>(0xc0U | c >> 6), tail(0)};
  if (c < 0x10000) return {static_cast<char>(0xe0U | c >> 12), tail(6), tail(0)};
  return {static_cast<char>(0xf0U | c >> 18), tail(12), tail(6), tail(0)};
}

// ---- what is UTF-8

struct CodePoint {
  std::uint32_t value;
  const char* rule;
};
constexpr const char* kOne = "RFC 3629, 3: U+0000 to U+007F take one byte";
constexpr const char* kTwo = "RFC 3629, 3: U+0080 to U+07FF take two bytes";
constexpr const char* kThree = "RFC 3629, 3: U+0800 to U+FFFF take three bytes";
constexpr const char* kFour = "RFC 3629, 3: U+10000 to U+10FFFF take four bytes";
constexpr const char* kNoCharacter = "RFC 3629, 4: a code point without a character is encoded like any other";
constexpr CodePoint kCodePoints[] = {
    {0x00, kOne},
    {0x01, kOne},
    {0x7f, kOne},
    {0x80, kTwo},
    {0x81, kTwo},
    {0xe9, kTwo},
    {0x3ba, kTwo},
    {0x7fe, kTwo},
    {0x7ff, kTwo},
    {0x800, kThree},
    {0x801, kThree},
    {0xfff, kThree},
    {0x1000, kThree},
    {0x200d, kThree},
    {0x2028, kThree},
    {0x20ac, kThree},
    {0xcfff, kThree},
    {0xd000, kThree},
    {0xd7ff, kThree},
    {0xe000, kThree},
    {0xfeff, kThree},
    {0xfffd, kThree},
    {0xfdd0, kNoCharacter},
    {0xfdef, kNoCharacter},
    {0xfffe, kNoCharacter},
    {0xffff, kNoCharacter},
    {0x10000, kFour},
    {0x10001, kFour},
    {0x1f600, kFour},
    {0x3ffff, kNoCharacter},
    {0x40000, kFour},
    {0xfffff, kFour},
    {0x100000, kFour},
    {0x1fffe, kNoCharacter},
    {0x10fffe, kNoCharacter},
    {0x10ffff, kFour},
};

constexpr const char* kAcrossFrames = "RFC 6455, 5.6: a frame of a text message may end inside a character";

// A character of each size, cut at each place by the end of a frame.
void add_cut_characters(std::vector<Case>& cases) {
  for (const std::uint32_t c : {0xe9U, 0x20acU, 0x1f600U}) {
    const std::string whole = utf8(c);
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      cases.push_back({fmt::format("Bytes{}CutAfter{}", whole.size(), cut), kAcrossFrames, [whole, cut] {
                         return says({client_frame(0x01, whole.substr(0, cut)), client_frame(0x80, whole.substr(cut))},
                                     {text_answer(whole)});
                       }});
    }
  }
}

constexpr std::string_view kKosme = "\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5";

void add_texts(std::vector<Case>& cases) {
  const auto add = [&](const char* name, const char* rule, std::vector<std::string> writes,
                       std::vector<Answer> answers) {
    cases.push_back({name, rule, [=] { return says(writes, answers); }});
  };
  const std::string kosme(kKosme);
  add("GreekWord", "RFC 6455, 5.6: the payload of a text message is UTF-8", {text(kosme)}, {text_answer(kosme)});
  add("GreekWordByteByByte", "RFC 6455, 8.1: what has arrived is valid so far, though a character is not complete",
      chopped(text(kosme + "!"), 1), {text_answer(kosme + "!")});
  add("GreekWordAFrameAByte", kAcrossFrames, fragments(0x81, kosme, 1), {text_answer(kosme)});
  add("GreekWordInFramesOfTwoBytes", kAcrossFrames, fragments(0x81, kosme, 2), {text_answer(kosme)});
  add("PingInsideACharacter", "RFC 6455, 5.4: a control frame in between is no part of the text",
      {client_frame(0x01, "\xe2\x82"), ping("\xff"), client_frame(0x80, "\xac")},
      {pong_answer("\xff"), text_answer("\xe2\x82\xac")});
  add("EmptyFramesInsideACharacter", kAcrossFrames,
      {client_frame(0x01, "\xf0"), client_frame(0x00, ""), client_frame(0x00, "\x9f\x98"), client_frame(0x00, ""),
       client_frame(0x80, "\x80")},
      {text_answer("\xf0\x9f\x98\x80")});
  add("EmptyText", "RFC 6455, 5.6: an empty message is valid text", {text("")}, {text_answer("")});
  add("LettersOfEverySize", "RFC 3629, 3: sizes may follow each other in any order",
      {text("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z")}, {text_answer("a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80z")});
  const std::string long_text = std::string(70, 'a') + "\xe2\x82\xac" + std::string(70, 'b');
  add("ALongRunOfAsciiAroundACharacter", "RFC 3629, 1: ASCII stands for itself", {text(long_text)},
      {text_answer(long_text)});
  add("WhatIsNoTextInABinary", "RFC 6455, 5.6: a binary message may hold any bytes", {binary("\xff\xfe\x80\xc0\xaf")},
      {binary_answer("\xff\xfe\x80\xc0\xaf")});
  add("WhatIsNoTextInABinaryOfTwoFrames", "RFC 6455, 5.6: a frame of a binary message may hold any bytes",
      {client_frame(0x02, "\xed\xa0"), client_frame(0x80, "\x80")}, {binary_answer("\xed\xa0\x80")});
}

std::vector<Case> valid_cases() {
  std::vector<Case> cases;
  for (const auto& [value, rule] : kCodePoints) {
    const std::string character = utf8(value);
    cases.push_back({fmt::format("U{:04X}", value), rule, [character] {
                       return says({text("<" + character + ">")}, {text_answer("<" + character + ">")});
                     }});
  }
  add_cut_characters(cases);
  add_texts(cases);
  return cases;
}

// ---- what is not

struct Sequence {
  const char* name;
  std::string_view bytes;
  std::size_t wrong_at;  // index of the byte that shows it; the length: the message may not end here
  const char* rule;
};

constexpr const char* kStray = "RFC 3629, 3: a byte of 80 to BF continues a character that has begun";
constexpr const char* kNoByte = "RFC 3629, 3: C0, C1 and F5 to FF are in no UTF-8";
constexpr const char* kShort = "RFC 3629, 3: the first byte says how many have to follow";
constexpr const char* kEnds = "RFC 6455, 8.1: a message that ends inside a character is not UTF-8";
constexpr const char* kOverlong = "RFC 3629, 3: a character has its shortest encoding only";
constexpr const char* kSurrogate = "RFC 3629, 3: U+D800 to U+DFFF are not encoded, in pairs neither";
constexpr const char* kAbove = "RFC 3629, 3: nothing lies above U+10FFFF";

constexpr Sequence kWrong[] = {
    {"Continuation80", "\x80", 0, kStray},
    {"ContinuationBF", "\xbf", 0, kStray},
    {"TwoContinuations", "\x80\xbf", 0, kStray},
    {"ThreeContinuations", "\x80\xbf\x80", 0, kStray},
    {"FourContinuations", "\x80\xbf\x80\xbf", 0, kStray},
    {"OneTooManyAfterTwoBytes", "\xce\xba\x80", 2, kStray},
    {"OneTooManyAfterThreeBytes", "\xe2\x82\xac\x80", 3, kStray},
    {"OneTooManyAfterFourBytes", "\xf0\x9f\x98\x80\x80", 4, kStray},
    {"ByteC0", "\xc0", 0, kNoByte},
    {"ByteC1", "\xc1", 0, kNoByte},
    {"ByteF5", "\xf5", 0, kNoByte},
    {"ByteF6", "\xf6", 0, kNoByte},
    {"ByteF7", "\xf7", 0, kNoByte},
    {"ByteF8", "\xf8", 0, kNoByte},
    {"ByteFB", "\xfb", 0, kNoByte},
    {"ByteFC", "\xfc", 0, kNoByte},
    {"ByteFD", "\xfd", 0, kNoByte},
    {"ByteFE", "\xfe", 0, kNoByte},
    {"ByteFF", "\xff", 0, kNoByte},
    {"FEAndFF", "\xfe\xfe\xff\xff", 0, kNoByte},
    {"LeadC2Alone", "\xc2 ", 1, kShort},
    {"LeadDFAlone", "\xdf ", 1, kShort},
    {"LeadE0Alone", "\xe0 ", 1, kShort},
    {"LeadEFAlone", "\xef ", 1, kShort},
    {"LeadF0Alone", "\xf0 ", 1, kShort},
    {"LeadF4Alone", "\xf4 ", 1, kShort},
    {"TwoOfThree", "\xe2\x82 ", 2, kShort},
    {"TwoOfFour", "\xf0\x9f ", 2, kShort},
    {"ThreeOfFour", "\xf0\x9f\x98 ", 3, kShort},
    {"LeadAfterLead", "\xc3\xc3\xa4", 1, kShort},
    {"LeadInsideThree", "\xe2\x82\xe2\x82\xac", 2, kShort},
    {"LeadInsideFour", "\xf0\x9f\x98\xf0\x9f\x98\x80", 3, kShort},
    {"EndsAfterOneOfTwo", "\xc3", 1, kEnds},
    {"EndsAfterOneOfThree", "\xe2", 1, kEnds},
    {"EndsAfterTwoOfThree", "\xe2\x82", 2, kEnds},
    {"EndsAfterOneOfFour", "\xf0", 1, kEnds},
    {"EndsAfterTwoOfFour", "\xf0\x9f", 2, kEnds},
    {"EndsAfterThreeOfFour", "\xf0\x9f\x98", 3, kEnds},
    {"SlashInTwoBytes", "\xc0\xaf", 0, kOverlong},
    {"SlashInThreeBytes", "\xe0\x80\xaf", 1, kOverlong},
    {"SlashInFourBytes", "\xf0\x80\x80\xaf", 1, kOverlong},
    {"SlashInFiveBytes", "\xf8\x80\x80\x80\xaf", 0, kOverlong},
    {"SlashInSixBytes", "\xfc\x80\x80\x80\x80\xaf", 0, kOverlong},
    {"U007FInTwoBytes", "\xc1\xbf", 0, kOverlong},
    {"U07FFInThreeBytes", "\xe0\x9f\xbf", 1, kOverlong},
    {"UFFFFInFourBytes", "\xf0\x8f\xbf\xbf", 1, kOverlong},
    {"ZeroInTwoBytes", "\xc0\x80", 0, kOverlong},
    {"ZeroInThreeBytes", "\xe0\x80\x80", 1, kOverlong},
    {"ZeroInFourBytes", "\xf0\x80\x80\x80", 1, kOverlong},
    {"ZeroInFiveBytes", "\xf8\x80\x80\x80\x80", 0, kOverlong},
    {"UD800", "\xed\xa0\x80", 1, kSurrogate},
    {"UDB7F", "\xed\xad\xbf", 1, kSurrogate},
    {"UDB80", "\xed\xae\x80", 1, kSurrogate},
    {"UDBFF", "\xed\xaf\xbf", 1, kSurrogate},
    {"UDC00", "\xed\xb0\x80", 1, kSurrogate},
    {"UDF80", "\xed\xbe\x80", 1, kSurrogate},
    {"UDFFF", "\xed\xbf\xbf", 1, kSurrogate},
    {"FirstPair", "\xed\xa0\x80\xed\xb0\x80", 1, kSurrogate},
    {"LastPair", "\xed\xaf\xbf\xed\xbf\xbf", 1, kSurrogate},
    {"U110000", "\xf4\x90\x80\x80", 1, kAbove},
    {"U13FFFF", "\xf4\xbf\xbf\xbf", 1, kAbove},
    {"U140000", "\xf5\x80\x80\x80", 0, kAbove},
    {"U1FFFFF", "\xf7\xbf\xbf\xbf", 0, kAbove},
    {"U200000", "\xf8\x88\x80\x80\x80", 0, kAbove},
    {"U3FFFFFF", "\xfb\xbf\xbf\xbf\xbf", 0, kAbove},
    {"U4000000", "\xfc\x84\x80\x80\x80\x80", 0, kAbove},
    {"U7FFFFFFF", "\xfd\xbf\xbf\xbf\xbf\xbf", 0, kAbove},
};

// Gives up at `writes[at]`; what comes behind it changes nothing.
Script gives_up(std::vector<std::string> writes, std::size_t at) {
  Script script = fails(std::move(writes), 1007);
  script.closes_at = at;
  return script;
}

// One frame, whose bytes arrive one by one up to the wrong one.
Script in_one_frame(const Sequence& wrong) {
  const bool ends = wrong.wrong_at == wrong.bytes.size();
  const std::string payload = std::string(kKosme) + std::string(wrong.bytes) + (ends ? "" : "after");
  const std::string frame = text(payload);
  const std::size_t head = frame.size() - payload.size() + kKosme.size();
  const std::size_t shown = head + (ends ? wrong.bytes.size() : wrong.wrong_at + 1);
  std::vector<std::string> writes{frame.substr(0, head)};
  for (std::size_t i = head; i < shown; ++i) writes.push_back(frame.substr(i, 1));
  writes.push_back(frame.substr(shown));
  const std::size_t at = writes.size() - 2;
  return gives_up(std::move(writes), at);
}

// Behind a frame that is right, a frame a byte.
Script in_later_frames(const Sequence& wrong) {
  std::vector<std::string> writes{client_frame(0x01, kKosme)};
  for (const char& byte : wrong.bytes) writes.push_back(client_frame(0x00, {&byte, 1}));
  writes.push_back(client_frame(0x80, ""));
  return gives_up(std::move(writes), 1 + wrong.wrong_at);
}

std::vector<Case> invalid_cases() {
  std::vector<Case> cases;
  for (const Sequence& wrong : kWrong) {
    cases.push_back({fmt::format("{}InOneFrame", wrong.name), wrong.rule, [&wrong] { return in_one_frame(wrong); }});
    cases.push_back(
        {fmt::format("{}InLaterFrames", wrong.name), wrong.rule, [&wrong] { return in_later_frames(wrong); }});
  }
  for (const std::size_t at : {0U, 1U, 7U, 8U, 15U, 31U, 32U, 33U, 63U, 64U, 100U}) {
    cases.push_back({fmt::format("Behind{}LettersOfAscii", at),
                     "RFC 6455, 8.1: a wrong byte fails the connection wherever it lies",
                     [at] { return fails({text(std::string(at, 'a') + "\xff" + std::string(40, 'b'))}, 1007); }});
  }
  cases.push_back({"AfterAValidMessage", "RFC 6455, 8.1: each message is checked by itself",
                   [] { return fails({text("valid"), text("\xff")}, 1007, {text_answer("valid")}); }});
  cases.push_back({"ACharacterOverTwoMessages", "RFC 6455, 5.6: the whole message has to be UTF-8, not the stream",
                   [] { return fails({text("\xe2\x82") + text("\xac")}, 1007); }});
  return cases;
}

std::vector<Case> all_cases() {
  std::vector<Case> cases = valid_cases();
  for (auto& one : invalid_cases()) cases.push_back(std::move(one));
  return cases;
}

SKAT_WEBSOCKET_GROUP(WebSocketUtf8, all_cases(), 145)

}  // namespace
}  // namespace skat::net::testing
