// Ping and pong, the reserved bits, and the opcodes (RFC 6455, sections 5.2, 5.5).
#include "net/testing/test_client.hpp"
#include "net/testing/websocket_cases.hpp"

namespace skat::net::testing {
namespace {

using Strings = std::vector<std::string>;

const std::string kFull(125, '\xfe');

std::vector<Case> ping_cases() {
  return {
      {"Empty", "RFC 6455, 5.5.2: a ping may come without application data",
       [] { return says({ping("")}, {pong_answer("")}); }},
      {"WithText", "RFC 6455, 5.5.3: the pong carries the ping's application data",
       [] { return says({ping("Hello")}, {pong_answer("Hello")}); }},
      {"WithBytesThatAreNoText", "RFC 6455, 5.5.2: application data of a ping is not interpreted",
       [] { return says({ping("\x01\xff\xfe\xc0")}, {pong_answer("\x01\xff\xfe\xc0")}); }},
      {"Of125Bytes", "RFC 6455, 5.5: a control frame carries up to 125 bytes",
       [] { return says({ping(kFull)}, {pong_answer(kFull)}); }},
      {"Of126Bytes", "RFC 6455, 5.5: more than 125 bytes are not allowed in a control frame",
       [] { return fails({ping("before"), ping(std::string(126, 'x'))}, 1002, {pong_answer("before")}); }},
      {"Of125BytesByteByByte", "RFC 6455, 5: a control frame may arrive in any pieces",
       [] { return says(chopped(ping(kFull), 1), {pong_answer(kFull)}); }},
      {"Of65536Bytes", "RFC 6455, 5.5: the length of a control frame is in the seven bits",
       [] { return fails({ping(std::string(65'536, 'x'))}, 1002); }},
      {"UnaskedPong", "RFC 6455, 5.5.3: a pong that answers no ping is not answered",
       [] { return says({pong("")}, {}); }},
      {"UnaskedPongWithData", "RFC 6455, 5.5.3: a pong may be sent as a heartbeat",
       [] { return says({pong("still here")}, {}); }},
      {"PongOf126Bytes", "RFC 6455, 5.5: the limit is that of every control frame",
       [] { return fails({pong(std::string(126, 'x'))}, 1002); }},
      {"UnaskedPongThenPing", "RFC 6455, 5.5.3: an unasked pong changes nothing for the next ping",
       [] { return says({pong("heartbeat"), ping("ping")}, {pong_answer("ping")}); }},
      {"TenPings", "RFC 6455, 5.5.2: every ping is answered, in its order",
       [] {
         Script script;
         for (int i = 0; i < 10; ++i) {
           script.writes.push_back(ping("number " + std::to_string(i)));
           script.answers.push_back(pong_answer("number " + std::to_string(i)));
         }
         return script;
       }},
      {"TenPingsByteByByte", "RFC 6455, 5.5.3: the pong comes as soon as is practical",
       [] {
         Script script;
         for (int i = 0; i < 10; ++i) {
           for (auto& piece : chopped(ping("piece " + std::to_string(i)), 1)) script.writes.push_back(std::move(piece));
           script.answers.push_back(pong_answer("piece " + std::to_string(i)));
         }
         return script;
       }},
  };
}

// ---- RSV1, RSV2, RSV3 without an extension

constexpr const char* kReserved =
    "RFC 6455, 5.2: a reserved bit without an extension that defines it fails the connection";

std::vector<Case> reserved_cases() {
  return {
      {"Rsv3OnText", kReserved, [] { return fails({client_frame(0x91, "x")}, 1002); }},
      {"Rsv2AfterText", kReserved,
       [] { return fails({text("before"), client_frame(0xa1, "x")}, 1002, {text_answer("before")}); }},
      {"Rsv2And3BetweenTextAndPing", kReserved,
       [] {
         return fails({text("before"), joined({client_frame(0xb1, "x"), ping("after")})}, 1002,
                      {text_answer("before")});
       }},
      {"Rsv1AtTheFirstByte", "RFC 6455, 5.2: the first byte is enough to fail",
       [] { return fails({text("before"), "\xc1"}, 1002, {text_answer("before")}); }},
      {"Rsv1And3OnBinary", kReserved, [] { return fails({client_frame(0xd2, "x")}, 1002); }},
      {"Rsv1And2OnPing", "RFC 6455, 5.2: the bits are reserved in control frames too",
       [] { return fails({client_frame(0xe9, "x")}, 1002); }},
      {"AllOnClose", "RFC 6455, 5.2: a Close with reserved bits is not a Close",
       [] { return fails({client_frame(0xf8, "\x03\xe8")}, 1002); }},
      {"Rsv1OnPong", kReserved, [] { return fails({client_frame(0xca, "")}, 1002); }},
      {"Rsv1OnContinuation", kReserved, [] { return fails({client_frame(0x01, "a"), client_frame(0xc0, "b")}, 1002); }},
      {"Rsv2OnContinuation", kReserved, [] { return fails({client_frame(0x01, "a"), client_frame(0xa0, "b")}, 1002); }},
  };
}

// ---- opcodes that mean nothing yet

std::vector<Case> opcode_cases() {
  std::vector<Case> cases;
  const auto add = [&](const char* name, const char* rule, Strings before, std::vector<Answer> answers, std::string bad,
                       std::string after) {
    cases.push_back({name, rule, [=] {
                       Strings writes = before;
                       writes.push_back(bad + after);
                       return fails(std::move(writes), 1002, answers);
                     }});
  };
  constexpr const char* kData = "RFC 6455, 5.2: opcodes 3 to 7 are reserved; an unknown opcode fails the connection";
  constexpr const char* kControl =
      "RFC 6455, 5.2: opcodes 11 to 15 are reserved; an unknown opcode fails the connection";
  add("Data3", kData, {}, {}, client_frame(0x83, ""), "");
  add("Data4WithPayload", kData, {}, {}, client_frame(0x84, "payload"), "");
  add("Data5BetweenTextAndPing", kData, {text("before")}, {text_answer("before")}, client_frame(0x85, ""),
      ping("after"));
  add("Data6WithPayloadBetweenTextAndPing", kData, {text("before")}, {text_answer("before")},
      client_frame(0x86, "payload"), ping("after"));
  add("Data7InAMessage", kData, {client_frame(0x01, "be"), client_frame(0x80, "fore")}, {text_answer("before")},
      client_frame(0x87, "payload"), text("after"));
  add("Control11", kControl, {}, {}, client_frame(0x8b, ""), "");
  add("Control12WithPayload", kControl, {}, {}, client_frame(0x8c, "payload"), "");
  add("Control13BetweenTextAndPing", kControl, {text("before")}, {text_answer("before")}, client_frame(0x8d, ""),
      ping("after"));
  add("Control14AfterAPing", kControl, {ping("before")}, {pong_answer("before")}, client_frame(0x8e, "payload"), "");
  add("Control15InsideAMessage", kControl, {client_frame(0x01, "half")}, {}, client_frame(0x8f, "payload"),
      client_frame(0x80, "rest"));
  add("Data3AtTheFirstByte", "RFC 6455, 5.2: the first byte is enough to fail", {}, {}, "\x83", "");
  add("Data3Unfinished", "RFC 6455, 5.4: an unknown opcode begins no message either", {}, {}, client_frame(0x03, "x"),
      client_frame(0x80, "y"));
  return cases;
}

SKAT_WEBSOCKET_GROUP(WebSocketPingPong, ping_cases(), 11)
SKAT_WEBSOCKET_GROUP(WebSocketReservedBits, reserved_cases(), 7)
SKAT_WEBSOCKET_GROUP(WebSocketOpcodes, opcode_cases(), 10)

}  // namespace
}  // namespace skat::net::testing
