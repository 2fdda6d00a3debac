// The closing handshake: codes, reasons, and that nothing counts after it (RFC 6455, sections 5.5.1, 7).
#include <fmt/format.h>

#include "net/testing/test_client.hpp"
#include "net/testing/websocket_cases.hpp"

namespace skat::net::testing {
namespace {

// The server answers the Close at `writes[at]`; what comes behind is not answered.
Script closes(std::vector<std::string> writes, std::size_t at, std::uint16_t code, std::vector<Answer> answers = {}) {
  Script script = says(std::move(writes), std::move(answers));
  script.answers.push_back(close_answer(code));
  script.closes_at = at;
  return script;
}

std::vector<Case> handshake_cases() {
  constexpr const char* kNothingAfter = "RFC 6455, 5.5.1: after a Close nothing that comes is processed";
  return {
      {"AfterAMessage", "RFC 6455, 5.5.1: a Close is answered by a Close",
       [] { return closes({text("Hello"), close(1000)}, 1, 1000, {text_answer("Hello")}); }},
      {"Twice", "RFC 6455, 5.5.1: only the first Close is answered",
       [] { return closes({close(1000), close(1001)}, 0, 1000); }},
      {"TwiceInOnePiece", "RFC 6455, 5.5.1: an endpoint sends one Close",
       [] { return closes({close(1000) + close(1000)}, 0, 1000); }},
      {"ThenText", kNothingAfter, [] { return closes({close(1000), text("after")}, 0, 1000); }},
      {"ThenTextInOnePiece", kNothingAfter, [] { return closes({close(1000) + text("after")}, 0, 1000); }},
      {"ThenPing", "RFC 6455, 5.5.2: a ping is answered unless a Close has come",
       [] { return closes({close(1000), ping("after")}, 0, 1000); }},
      {"ThenWhatIsNoFrame", "RFC 6455, 7.1.7: what comes after the Close is not even looked at",
       [] { return closes({close(1000), "\xff\xff\xff\xff"}, 0, 1000); }},
      {"InsideAMessage", "RFC 6455, 5.5.1: a Close may come before a message is complete, which is dropped",
       [] { return closes({client_frame(0x01, "half"), close(1000), client_frame(0x80, " after")}, 1, 1000); }},
      {"BehindALongMessage", "RFC 6455, 5.5.1: what was sent before the Close counts",
       [] {
         const std::string payload(256 * kKiB, 'x');
         return closes({text(payload), close(1000)}, 1, 1000, {text_answer(payload)});
       }},
      {"BehindAMessageThatFails", "RFC 6455, 7.1.7: who has failed the connection says so once",
       [] { return closes({text("\xff"), close(1000)}, 0, 1007); }},
      {"ByteByByte", "RFC 6455, 5: a Close may arrive in any pieces",
       [] { return closes(chopped(close(1000, "piecemeal"), 1), 16, 1000); }},
  };
}

std::vector<Case> body_cases() {
  constexpr const char* kReason = "RFC 6455, 5.5.1: behind the code may stand a reason in UTF-8";
  std::vector<Case> cases{
      {"WithoutABody", "RFC 6455, 7.1.5: without a body there is no code; the answer has none either",
       [] { return closes({client_frame(0x88, "")}, 0, 1005); }},
      {"WithOneByte", "RFC 6455, 5.5.1: a body begins with a code of two bytes",
       [] { return fails({client_frame(0x88, "\x03")}, 1002); }},
      {"WithACodeOnly", "RFC 6455, 5.5.1: the answer repeats the code",
       [] { return closes({close(1000, "")}, 0, 1000); }},
      {"WithAReason", kReason, [] { return closes({close(1000, "Bye!")}, 0, 1000); }},
      {"WithAReasonOfOneByte", kReason, [] { return closes({close(1000, "x")}, 0, 1000); }},
      {"WithAReasonBeyondAscii", kReason,
       [] { return closes({close(1000, "\xe2\x82\xac\xf0\x9f\x98\x80")}, 0, 1000); }},
      {"WithAReasonOf122Bytes", "RFC 6455, 5.5: the body of a control frame is up to 125 bytes",
       [] { return closes({close(1000, std::string(122, 'r'))}, 0, 1000); }},
      {"WithAReasonOf123Bytes", "RFC 6455, 5.5: a body of 125 bytes fits",
       [] { return closes({close(1000, std::string(123, 'r'))}, 0, 1000); }},
      {"WithAReasonOf124Bytes", "RFC 6455, 5.5: a body of 126 bytes does not fit",
       [] { return fails({close(1000, std::string(124, 'r'))}, 1002); }},
      {"WithAReasonThatIsNoText", "RFC 6455, 8.1: a reason that is not UTF-8 fails the connection",
       [] { return fails({close(1000, "\xce\xba\xe1\xbd\xb9\xed\xa0\x80")}, 1007); }},
      {"WithAReasonThatEndsInACharacter", "RFC 6455, 8.1: a reason ends with a whole character",
       [] { return fails({close(1000, std::string(121, 'r') + "\xe2\x82")}, 1007); }},
      {"WithAReasonAndAWrongCode",
       "RFC 6455, 7.4: a code that may not be sent is a protocol error, whatever the reason",
       [] { return fails({close(1005, "\xff")}, 1002); }},
  };
  return cases;
}

struct Code {
  std::uint16_t code;
  const char* rule;
};
constexpr const char* kDefined = "RFC 6455, 7.4.1: a defined code may be sent";
constexpr const char* kRegistered = "RFC 6455, 7.4.2: codes up to 2999 are registered; 1012 to 1014 are";
constexpr const char* kLibraries = "RFC 6455, 7.4.2: 3000 to 3999 are for libraries and applications";
constexpr const char* kPrivate = "RFC 6455, 7.4.2: 4000 to 4999 are for private use";
constexpr Code kValid[] = {
    {1000, kDefined},   {1001, kDefined},    {1002, kDefined},    {1003, kDefined},
    {1007, kDefined},   {1008, kDefined},    {1009, kDefined},    {1010, kDefined},
    {1011, kDefined},   {1012, kRegistered}, {1013, kRegistered}, {1014, kRegistered},
    {3000, kLibraries}, {3999, kLibraries},  {4000, kPrivate},    {4999, kPrivate},
};
constexpr const char* kNotSent = "RFC 6455, 7.4.1: this code must not be set in a Close";
constexpr const char* kUnknown = "RFC 6455, 7.4.2: codes up to 2999 are for the protocol, and this one means nothing";
constexpr const char* kOutside = "RFC 6455, 7.4.2: codes are 1000 to 4999";
constexpr Code kInvalid[] = {
    {0, kOutside},    {999, kOutside},  {1004, "RFC 6455, 7.4.1: 1004 is reserved"},
    {1005, kNotSent}, {1006, kNotSent}, {1015, kNotSent},
    {1016, kUnknown}, {1100, kUnknown}, {2000, kUnknown},
    {2999, kUnknown}, {5000, kOutside}, {65'535, kOutside},
};

std::vector<Case> close_cases() {
  std::vector<Case> cases = handshake_cases();
  for (auto& one : body_cases()) cases.push_back(std::move(one));
  for (const auto& [code, rule] : kValid) {
    cases.push_back({fmt::format("Code{}", code), rule, [c = code] { return closes({close(c, "a reason")}, 0, c); }});
  }
  for (const auto& [code, rule] : kInvalid) {
    cases.push_back({fmt::format("WrongCode{}", code), rule, [c = code] {
                       const std::string body{static_cast<char>(c >> 8), static_cast<char>(c & 0xff)};
                       return fails({client_frame(0x88, body)}, 1002);
                     }});
  }
  return cases;
}

SKAT_WEBSOCKET_GROUP(WebSocketClose, close_cases(), 37)

}  // namespace
}  // namespace skat::net::testing
