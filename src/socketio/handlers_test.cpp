// Which handler an event reaches, and that no name is special.
#include <gtest/gtest.h>

#include "socketio/live_namespace.hpp"
#include "socketio/testing/server_fixture.hpp"

namespace skat::socketio {
namespace {

using testing::Texts;

class HandlersTest : public testing::ServerFixture {
 protected:
  Namespace& main_ = server_->of("/");
  Texts calls_;

  auto note(const std::string& who) {
    return [this, who](const EventView& event, const Ack& ack) {
      calls_.push_back(who + " " + std::string(event.name));
      ack("1");
    };
  }
  auto note_shared(const std::string& who) {
    return [this, who](const std::shared_ptr<Socket>& socket, const EventView& event, const Ack& ack) {
      calls_.push_back(who + " " + std::string(event.name));
      ack("\"" + std::string(socket->id()) + "\"");
    };
  }
};

TEST_F(HandlersTest, AnEventReachesTheNearestHandlerOnly) {
  main_.on("a", note_shared("nsp"));
  main_.on("b", note_shared("nsp"));
  main_.on_event(note_shared("nsp any"));
  const auto session = open_session();
  const auto socket = join(*session);
  socket->on("a", note("socket"));
  for (const auto* text : {R"(42["a"])", R"(42["b"])", R"(42["c"])"}) session->receive(text);
  socket->on_event(note("socket any"));
  for (const auto* text : {R"(42["b"])", R"(42["c"])"}) session->receive(text);
  EXPECT_EQ(calls_, (Texts{"socket a", "nsp b", "nsp any c", "nsp b", "socket any c"}));
}

TEST_F(HandlersTest, ASharedHandlerKnowsItsSocket) {
  main_.on("who", note_shared("nsp"));
  const auto one = open_session(), two = open_session();
  const auto first = join(*one), second = join(*two);
  one->receive(R"(421["who"])");
  two->receive(R"(422["who"])");
  EXPECT_EQ(one->take(), Texts{R"(431[")" + std::string(first->id()) + R"("])"});
  EXPECT_EQ(two->take(), Texts{R"(432[")" + std::string(second->id()) + R"("])"});
}

TEST_F(HandlersTest, NoNameIsSpecial) {
  const auto session = open_session();
  const auto socket = join(*session);
  for (const auto* name : {"error", "__proto__", "constructor", "toString", "hasOwnProperty", "17", "message", ""}) {
    session->receive("42[\"" + std::string(name) + "\"]");
    EXPECT_TRUE(calls_.empty()) << "without a handler nothing happens";
    socket->on(name, note("on"));
    session->receive("42[\"" + std::string(name) + "\"]");
    EXPECT_EQ(calls_, Texts{"on " + std::string(name)});
    calls_.clear();
    socket->on(name, nullptr);
  }
  EXPECT_FALSE(session->closed());
}

TEST_F(HandlersTest, ANumericNameIsItsDigits) {
  main_.on("17", note_shared("nsp"));
  const auto session = open_session();
  join(*session);
  session->receive("42[17,true]");
  session->receive("42[18]");
  EXPECT_EQ(calls_, Texts{"nsp 17"});
}

TEST_F(HandlersTest, AHandlerMayReplaceOrRemoveItself) {
  const auto session = open_session();
  const auto socket = join(*session);
  socket->on("a", [&, text = std::string(100, 'x')](const EventView&, const Ack&) {
    socket->on("a", nullptr);
    main_.on("a", note_shared("nsp"));
    EXPECT_EQ(text.size(), 100U);
    calls_.emplace_back("first");
  });
  session->receive(R"(42["a"])");
  session->receive(R"(42["a"])");
  EXPECT_EQ(calls_, (Texts{"first", "nsp a"}));
}

TEST_F(HandlersTest, TheNamespaceHearsTheEndsOfItsSockets) {
  const auto session = open_session();
  const auto socket = join(*session);
  socket->join("room");
  main_.on_disconnecting([&](Socket& leaving, std::string_view reason) {
    calls_.push_back("disconnecting " + std::to_string(leaving.rooms().size()) + " " + std::string(reason));
  });
  main_.on_disconnect([&](Socket& left, std::string_view reason) {
    calls_.push_back("disconnect " + std::to_string(left.rooms().size()) + " " + std::string(reason));
  });
  socket->on_disconnect([&](std::string_view) { calls_.emplace_back("own"); });
  session->receive("41");
  EXPECT_EQ(calls_,
            (Texts{"disconnecting 2 client namespace disconnect", "own", "disconnect 0 client namespace disconnect"}));
}

}  // namespace
}  // namespace skat::socketio
