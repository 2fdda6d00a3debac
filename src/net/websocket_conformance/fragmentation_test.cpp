// Messages in several frames, and control frames between them (RFC 6455, section 5.4).
#include "net/testing/test_client.hpp"
#include "net/testing/websocket_cases.hpp"

namespace skat::net::testing {
namespace {

// Unfinished frames by their opcode; `more` and `last` continue.
std::string begin(std::string_view payload) {
  return client_frame(0x01, payload);
}
std::string more(std::string_view payload) {
  return client_frame(0x00, payload);
}
std::string last(std::string_view payload) {
  return client_frame(0x80, payload);
}

constexpr const char* kControlWhole = "RFC 6455, 5.5: a control frame must not be fragmented";
constexpr const char* kNothingBegun = "RFC 6455, 5.4: a continuation frame continues a message that has begun";
constexpr const char* kBetween = "RFC 6455, 5.4: control frames may come in the middle of a fragmented message";
constexpr const char* kNotInterleaved =
    "RFC 6455, 5.4: fragments of one message must not be interleaved with another message";

std::vector<Case> fragmentation_cases() {
  return {
      {"PingInTwoFrames", kControlWhole, [] { return fails({client_frame(0x09, "pi") + last("ng")}, 1002); }},
      {"PongWithoutFin", kControlWhole,
       [] { return fails({text("before"), client_frame(0x0a, "po")}, 1002, {text_answer("before")}); }},
      {"CloseInTwoFrames", kControlWhole, [] { return fails({client_frame(0x08, "\x03\xe8") + last("bye")}, 1002); }},
      {"TextInTwoFrames", "RFC 6455, 5.4: frames up to the one with FIN make one message",
       [] { return says({begin("first, "), last("second")}, {text_answer("first, second")}); }},
      {"BinaryInTwoFrames", "RFC 6455, 5.4: the first frame's opcode is that of the message",
       [] { return says({client_frame(0x02, "\xff"), last("\xfe")}, {binary_answer("\xff\xfe")}); }},
      {"TextInTwoFramesByteByByte", "RFC 6455, 5: how the stream is cut says nothing about frames",
       [] { return says(chopped(begin("first, ") + last("piecemeal"), 1), {text_answer("first, piecemeal")}); }},
      {"PingBetweenTwoFrames", kBetween,
       [] {
         return says({begin("a"), ping("in between"), last("b")}, {pong_answer("in between"), text_answer("ab")});
       }},
      {"PingBetweenTwoFramesInOnePiece", "RFC 6455, 5.4: the ping is answered before the message ends",
       [] { return says({begin("c") + ping("in one") + last("d")}, {pong_answer("in one"), text_answer("cd")}); }},
      {"PingBetweenTwoFramesByteByByte", "RFC 6455, 5.4: an endpoint has to handle control frames in a message",
       [] {
         return says(chopped(begin("e") + ping("bytes") + last("f"), 1), {pong_answer("bytes"), text_answer("ef")});
       }},
      {"PongBetweenTwoFrames", kBetween,
       [] { return says({begin("g"), pong("unasked"), last("h")}, {text_answer("gh")}); }},
      {"LastWithoutABegin", kNothingBegun, [] { return fails({last("nothing begun")}, 1002); }},
      {"LastWithoutABeginThenText", kNothingBegun, [] { return fails({last("nothing") + text("after")}, 1002); }},
      {"LastWithoutABeginAfterText", kNothingBegun,
       [] { return fails({text("before"), last("nothing begun")}, 1002, {text_answer("before")}); }},
      {"LastWithoutABeginAfterAMessageInTwoFrames", "RFC 6455, 5.4: the frame with FIN ends the message",
       [] { return fails({begin("a"), last("b"), last("c")}, 1002, {text_answer("ab")}); }},
      {"ContinuationWithoutABegin", kNothingBegun, [] { return fails({more("nothing begun")}, 1002); }},
      {"ContinuationWithoutABeginThenLast", kNothingBegun, [] { return fails({more("nothing") + last("!")}, 1002); }},
      {"ContinuationWithoutABeginThenText", kNothingBegun,
       [] { return fails({joined({more("nothing"), text("after")})}, 1002); }},
      {"ManyFramesAndPings", kBetween,
       [] {
         return says({begin("1"), ping("p1"), more("2"), more("3"), ping("p2"), last("4")},
                     {pong_answer("p1"), pong_answer("p2"), text_answer("1234")});
       }},
      {"TextWhileAMessageIsOpen", kNotInterleaved, [] { return fails({begin("open"), text("another")}, 1002); }},
      {"BinaryWhileATextIsOpen", kNotInterleaved, [] { return fails({begin("open"), binary("another")}, 1002); }},
      {"AnotherBeginWhileAMessageIsOpen", kNotInterleaved,
       [] { return fails({begin("open"), begin("another")}, 1002); }},
      {"TextWhileABinaryIsOpen", kNotInterleaved,
       [] { return fails({client_frame(0x02, "open"), text("another")}, 1002); }},
      {"EmptyFrames", "RFC 6455, 5.4: a fragment may be empty",
       [] { return says({begin(""), more(""), more("all of it"), more(""), last("")}, {text_answer("all of it")}); }},
      {"OnlyEmptyFrames", "RFC 6455, 5.4: a message of empty fragments is an empty message",
       [] { return says({begin(""), more(""), last("")}, {text_answer("")}); }},
      {"EveryByteAFrame", "RFC 6455, 5.4: a message may have any number of fragments",
       [] { return says(fragments(0x81, "a byte each", 1), {text_answer("a byte each")}); }},
      {"NeverEnding", "RFC 6455, 5.4: nothing is delivered before the frame with FIN",
       [] {
         Script script = says({begin("no"), more(" end")}, {});
         script.unfinished = true;
         return script;
       }},
      {"TwoMessagesInARow", "RFC 6455, 5.4: after FIN the next message begins afresh",
       [] {
         return says({begin("text "), last("first"), client_frame(0x02, "binary "), last("second")},
                     {text_answer("text first"), binary_answer("binary second")});
       }},
  };
}

SKAT_WEBSOCKET_GROUP(WebSocketFragmentation, fragmentation_cases(), 20)

}  // namespace
}  // namespace skat::net::testing
