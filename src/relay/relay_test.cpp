// Two relays on one executor: what the core does with requests, answers, deadlines and lost nodes.
#include "relay/relay.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "bus/testing/shared_bus.hpp"
#include "engineio/sid.hpp"
#include "engineio/testing/fakes.hpp"
#include "relay/frame.hpp"
#include "relay/messages.hpp"

namespace skat::relay {
namespace {

using namespace std::chrono_literals;
using bus::testing::SharedBus;
using engineio::NodeTag;
using engineio::SessionRequest;
using engineio::testing::Answered;
using engineio::testing::FakeAnswer;

constexpr const char* kUnknown = R"({"code":1,"message":"Session ID unknown"})";

// Keeps what it is asked to serve.
class KeepingEngine final : public engineio::Engine {
 public:
  void handle(net::HttpRequest, net::Responder) override {}
  void serve(SessionRequest request, std::unique_ptr<engineio::Answer> answer) override {
    requests.push_back(std::move(request));
    answers.push_back(std::move(answer));
  }
  void set_node(NodeTag node) override { tag = node; }
  void shut_down() override {}
  [[nodiscard]] engineio::EngineStats stats() const override { return {}; }

  std::vector<SessionRequest> requests;
  std::vector<std::unique_ptr<engineio::Answer>> answers;
  NodeTag tag{};
};

class RelayTest : public ::testing::Test {
 protected:
  // Each has two loops; all of it runs on one executor.
  struct Node {
    Node(SharedBus& shared, base::Executor& executor, const Config& config)
        : end(shared.make_end(executor)), relay(make_relay(config, executor, *end, {&executor, &executor})) {
      relay->connect({&engines[0], &engines[1]});
    }
    ~Node() {
      for (auto& engine : engines) engine.answers.clear();
    }
    Node(const Node&) = delete;
    Node& operator=(const Node&) = delete;
    std::unique_ptr<bus::Bus> end;
    std::unique_ptr<Relay> relay;
    KeepingEngine engines[2];
  };

  std::unique_ptr<Node> make_node() { return std::make_unique<Node>(shared_, executor_, config_); }
  void start() {
    asking_ = make_node();
    home_ = make_node();
    asking_->relay->start();
    home_->relay->start();
    executor_.run();
  }
  std::shared_ptr<Answered> forward(NodeTag to, std::string body = {}, bool body_follows = false,
                                    std::size_t owner_loop = 1) {
    SessionRequest request;
    request.facts.method = "GET";
    request.facts.sid = std::string(engineio::make_sid({to, owner_loop}).text());
    request.body = std::move(body);
    request.body_follows = body_follows;
    auto answered = std::make_shared<Answered>();
    asking_->relay->forwarder(0)->forward(to, std::move(request), std::make_unique<FakeAnswer>(answered));
    return answered;
  }
  std::shared_ptr<Answered> ask(std::string body = {}, bool body_follows = false) {
    auto answered = forward(home_->relay->tag(), std::move(body), body_follows);
    executor_.run();
    return answered;
  }
  KeepingEngine& served() { return home_->engines[1]; }
  // The frames of a kind are lost from here on.
  void lose(Kind kind) {
    shared_.lose_if(
        [kind](std::string_view, const std::string& payload) { return decode_frame(payload)->kind == kind; });
  }

  Config config_;
  base::testing::ManualExecutor executor_;
  SharedBus shared_;
  std::unique_ptr<Node> asking_, home_;
};

TEST_F(RelayTest, CarriesTheRequestToTheSessionsLoopAndTheAnswerBack) {
  start();
  const auto answered = ask("4hello");
  ASSERT_EQ(served().requests.size(), 1U);
  EXPECT_EQ(served().requests[0].body, "4hello");
  EXPECT_TRUE(answered->pending());
  EXPECT_EQ(asking_->relay->stats().pending, 1U);
  EXPECT_EQ(home_->relay->stats().serving, 1U);
  served().answers[0]->respond(net::HttpResponse::text(200, "ok", "text/html"));
  executor_.run();
  EXPECT_EQ(answered->status, 200);
  EXPECT_EQ(answered->body, "ok");
  EXPECT_EQ(asking_->relay->stats().pending, 0U);
  EXPECT_EQ(home_->relay->stats().serving, 0U);
}

TEST_F(RelayTest, KeepsTheOrderOfRequests) {
  start();
  std::vector<std::string> bodies;
  for (int i = 0; i < 50; ++i) forward(home_->relay->tag(), std::to_string(i));
  executor_.run();
  ASSERT_EQ(served().requests.size(), 50U);
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(served().requests[i].body, std::to_string(i));
}

TEST_F(RelayTest, CutsAConnection) {
  start();
  const auto answered = ask();
  served().answers[0]->cut();
  executor_.run();
  EXPECT_TRUE(answered->cut);
}

TEST_F(RelayTest, TellsTheSessionThatTheConnectionWasLost) {
  start();
  const auto answered = ask();
  bool lost = false;
  served().answers[0]->on_lost([&] {
    lost = true;
    served().answers[0].reset();
  });
  answered->lose();
  executor_.run();
  EXPECT_TRUE(lost);
  EXPECT_EQ(asking_->relay->stats().pending, 0U);
  EXPECT_EQ(home_->relay->stats().serving, 0U);
}

TEST_F(RelayTest, CarriesABodyThatFollows) {
  start();
  const auto answered = ask("", true);
  std::string body;
  served().answers[0]->on_body([&](const net::BodyResult& result) { body = result.body; });
  answered->end_body("4late");
  executor_.run();
  EXPECT_EQ(body, "4late");
  served().answers[0]->respond(net::HttpResponse::text(200, "ok"));
  executor_.run();
  EXPECT_EQ(answered->body, "ok");
}

TEST_F(RelayTest, ATagOfNobodyIsAnUnknownSession) {
  start();
  const auto tag = static_cast<NodeTag>(static_cast<unsigned>(home_->relay->tag()) ^ 1U);
  const auto answered = forward(tag == asking_->relay->tag() ? NodeTag{12'345} : tag);
  executor_.run();
  EXPECT_EQ(answered->body, kUnknown);
}

TEST_F(RelayTest, ASidWithALoopOfNobodyIsAskedForAtLoop0) {
  start();
  forward(home_->relay->tag(), {}, false, 77);
  executor_.run();
  EXPECT_EQ(home_->engines[0].requests.size(), 1U);
}

TEST_F(RelayTest, ADeadNodesSessionsAreUnknownOnceItsLeaseHasRunOut) {
  start();
  const auto held = ask();
  home_->engines[1].answers.clear();
  lose(Kind::answer);
  executor_.run();  // the 500 of the dropped answer is lost, as all that the dead node says
  const auto tag = home_->relay->tag();
  home_.reset();
  executor_.advance(4'500ms);
  EXPECT_TRUE(held->pending());
  executor_.advance(1s);
  EXPECT_EQ(held->body, kUnknown);
  const auto later = forward(tag);
  executor_.run();
  EXPECT_EQ(later->body, kUnknown) << "at once";
  EXPECT_EQ(asking_->relay->stats().nodes, 0U);
}

TEST_F(RelayTest, ADeadAskersConnectionsCountAsLost) {
  start();
  ask();
  bool lost = false;
  served().answers[0]->on_lost([&] { lost = true; });
  asking_.reset();
  executor_.advance(4'500ms);
  EXPECT_FALSE(lost);
  executor_.advance(1s);
  EXPECT_TRUE(lost);
  EXPECT_EQ(home_->relay->stats().serving, 0U);
}

TEST_F(RelayTest, ARequestWithoutAReceiptIs503AndIsTakenBack) {
  start();
  lose(Kind::received);
  const auto answered = ask();
  bool lost = false;
  served().answers[0]->on_lost([&] { lost = true; });
  executor_.advance(1'900ms);
  EXPECT_TRUE(answered->pending());
  executor_.advance(500ms);
  EXPECT_EQ(answered->status, 503);
  EXPECT_TRUE(lost) << "it had got there: the session learns that nobody waits any more";
}

TEST_F(RelayTest, ALostAnswerEndsAs503) {
  start();
  const auto answered = ask();
  lose(Kind::answer);
  served().answers[0]->respond(net::HttpResponse::text(200, "gone"));
  executor_.advance(59s);
  EXPECT_TRUE(answered->pending());
  executor_.advance(2s);
  EXPECT_EQ(answered->status, 503);
}

TEST_F(RelayTest, AnAnswerAfterTheEndGoesNowhere) {
  start();
  lose(Kind::received);
  const auto answered = ask();
  executor_.advance(3s);
  EXPECT_EQ(answered->status, 503);
  served().answers[0]->respond(net::HttpResponse::text(200, "late"));
  executor_.run();
  EXPECT_EQ(answered->status, 503);
}

TEST_F(RelayTest, LimitsOfWhatIsPendingAndServedAre503) {
  config_.max_pending = 2;
  start();
  const auto first = ask(), second = ask(), third = ask();
  EXPECT_TRUE(second->pending());
  EXPECT_EQ(third->status, 503);
  config_.max_pending = 10;
  config_.max_served = 1;
  asking_.reset();
  home_.reset();
  start();
  const auto taken = ask(), refused = ask();
  EXPECT_TRUE(taken->pending());
  EXPECT_EQ(refused->status, 503);
}

TEST_F(RelayTest, AMailboxThatIsFullIs503) {
  config_.max_waiting = 2;
  start();
  const auto first = forward(home_->relay->tag()), second = forward(home_->relay->tag()),
             third = forward(home_->relay->tag());
  EXPECT_EQ(third->status, 503);
  executor_.run();
  EXPECT_TRUE(second->pending());
}

TEST_F(RelayTest, AMessagePastTheLimitIs503OnItsWayThereAndBack) {
  config_.max_piece_bytes = 1'024;
  config_.max_message_bytes = 4'096;
  start();
  EXPECT_EQ(ask(std::string(5'000, 'x'))->status, 503);
  const auto answered = ask();
  served().answers[0]->respond(net::HttpResponse::text(200, std::string(5'000, 'x')));
  executor_.run();
  EXPECT_EQ(answered->status, 503);
  EXPECT_TRUE(ask(std::string(3'000, 'x'))->pending());
}

TEST_F(RelayTest, BeforeTheBusIsThereRequestsAre503) {
  asking_ = make_node();
  home_ = make_node();
  const auto answered = forward(home_->relay->tag());
  executor_.run();
  EXPECT_EQ(answered->status, 503);
}

TEST_F(RelayTest, OfTwoNodesWithOneTagOneTakesAnother) {
  start();
  // A node that has had the tag for longer.
  const Announcement claim{asking_->relay->tag(), 1, false, false};
  struct Deaf final : bus::BusListener {
    void on_message(std::string_view, const base::SharedBytes&) override {}
    void on_bus_down() override {}
    void on_bus_up() override {}
  } deaf;
  const auto end = shared_.make_end(executor_);
  end->start(deaf);
  end->publish(kNodesChannel, make_frames(Kind::announce, Incarnation{1}, RequestId{}, encode(claim), 1'024)[0]);
  executor_.run();
  for (const KeepingEngine& engine : asking_->engines) {
    EXPECT_NE(engine.tag, NodeTag::none) << "the engines were told";
    EXPECT_NE(engine.tag, asking_->relay->tag());
  }
  EXPECT_EQ(home_->engines[0].tag, NodeTag::none) << "the other one keeps its own";
}

TEST_F(RelayTest, ANodeThatComesLaterIsKnownToAllAtOnce) {
  start();
  const auto third = make_node();
  third->relay->start();
  executor_.run();
  EXPECT_EQ(third->relay->stats().nodes, 2U);
  EXPECT_EQ(home_->relay->stats().nodes, 2U);
}

}  // namespace
}  // namespace skat::relay
