#include "engineio/loop_forwarder.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_executor.hpp"
#include "engineio/testing/fakes.hpp"

namespace skat::engineio {
namespace {

using testing::Answered;
using testing::FakeAnswer;

class LoopForwarderTest : public ::testing::Test {
 protected:
  void SetUp() override {
    group_ = LoopForwarder::make_group(config_, {&executors_[0], &executors_[1]});
    receiving_ = std::make_unique<LoopForwarder>(
        group_, 0, [](SessionRequest, std::unique_ptr<Answer>) { FAIL() << "served on the receiving loop"; });
    owner_ = std::make_unique<LoopForwarder>(group_, 1, [this](SessionRequest request, std::unique_ptr<Answer> answer) {
      bodies_.push_back(request.body);
      answers_.push_back(std::move(answer));
    });
  }
  void remake(Config config) {
    answers_.clear();
    receiving_.reset();
    owner_.reset();
    config_ = config;
    SetUp();
  }
  std::shared_ptr<Answered> forward(std::string body, bool body_follows = false) {
    SessionRequest request;
    request.body = std::move(body);
    request.body_follows = body_follows;
    auto answered = std::make_shared<Answered>();
    receiving_->forward(1, std::move(request), std::make_unique<FakeAnswer>(answered));
    return answered;
  }
  void run() {
    while (executors_[0].run() + executors_[1].run() > 0) {
    }
  }

  Config config_;
  base::testing::ManualExecutor executors_[2];
  std::shared_ptr<LoopForwarder::Group> group_;
  std::unique_ptr<LoopForwarder> receiving_, owner_;
  std::vector<std::string> bodies_;
  std::vector<std::unique_ptr<Answer>> answers_;  // owed by the owner's sessions
};

TEST_F(LoopForwarderTest, CarriesTheRequestThereAndTheAnswerBack) {
  const auto answered = forward("4hello");
  run();
  ASSERT_EQ(bodies_, (std::vector<std::string>{"4hello"}));
  EXPECT_TRUE(answered->pending());
  answers_[0]->respond(net::HttpResponse::text(200, "ok", "text/html"));
  run();
  EXPECT_EQ(answered->status, 200);
  EXPECT_EQ(answered->body, "ok");
}

TEST_F(LoopForwarderTest, KeepsTheOrderOfRequests) {
  const auto first = forward("1"), second = forward("2"), third = forward("3");
  run();
  EXPECT_EQ(bodies_, (std::vector<std::string>{"1", "2", "3"}));
  answers_[1]->respond(net::HttpResponse::text(200, "two"));
  run();
  EXPECT_TRUE(first->pending());
  EXPECT_EQ(second->body, "two");
  EXPECT_TRUE(third->pending());
}

TEST_F(LoopForwarderTest, TellsTheOwnerThatTheConnectionWasLost) {
  const auto answered = forward("");
  run();
  bool lost = false;
  answers_[0]->on_lost([&] {
    lost = true;
    answers_[0].reset();
  });
  answered->lose();
  EXPECT_FALSE(lost) << "not before the owner's loop runs";
  run();
  EXPECT_TRUE(lost);
  EXPECT_TRUE(answered->destroyed);
}

TEST_F(LoopForwarderTest, CarriesABodyThatFollows) {
  const auto answered = forward("", true);
  run();
  std::string body;
  answers_[0]->on_body([&](net::BodyResult result) {
    body = result.too_large ? "too large" : result.body;
    answers_[0]->respond(net::HttpResponse::text(200, "ok"));
  });
  answered->end_body("4late");
  EXPECT_EQ(body, "") << "not before the owner's loop runs";
  run();
  EXPECT_EQ(body, "4late");
  EXPECT_EQ(answered->body, "ok");
  const auto too_large = forward("", true);
  run();
  answers_[1]->on_body([&](const net::BodyResult& result) { body = result.too_large ? "too large" : result.body; });
  too_large->end_body(std::nullopt);
  run();
  EXPECT_EQ(body, "too large");
}

TEST_F(LoopForwarderTest, ABodyThatComesAfterTheAnswerGoesNowhere) {
  const auto answered = forward("", true);
  run();
  answers_[0]->on_body([](const net::BodyResult&) { FAIL() << "the answer has been given"; });
  answers_[0]->respond(net::HttpResponse::text(400, ""));
  answered->end_body("4late");
  run();
  EXPECT_EQ(answered->status, 400);
}

TEST_F(LoopForwarderTest, ABodyThatFindsTheMailboxFullIs503AndTheOwnerHearsOfALoss) {
  Config config;
  config.max_forwarded_waiting = 2;
  remake(config);
  const auto answered = forward("", true);
  run();
  bool lost = false;
  answers_[0]->on_lost([&] { lost = true; });
  const auto first = forward("1"), second = forward("2");
  answered->end_body("4late");
  EXPECT_EQ(answered->status, 503);
  EXPECT_FALSE(lost) << "the notice found it full too: the session ends with its heartbeat";
  run();
  EXPECT_TRUE(first->pending());
}

TEST_F(LoopForwarderTest, CutsTheConnectionInsteadOfAnswering) {
  const auto answered = forward("", true);
  run();
  answers_[0]->cut();
  answers_.clear();
  run();
  EXPECT_TRUE(answered->cut);
  EXPECT_FALSE(answered->status);
}

TEST_F(LoopForwarderTest, AnAnswerToALostConnectionGoesNowhere) {
  const auto answered = forward("");
  run();
  answers_[0]->respond(net::HttpResponse::text(200, "late"));
  answered->lose();
  run();
  EXPECT_FALSE(answered->status);
}

TEST_F(LoopForwarderTest, AnAnswerThatIsDroppedIs500) {
  const auto answered = forward("");
  run();
  answers_.clear();
  run();
  EXPECT_EQ(answered->status, 500);
}

TEST_F(LoopForwarderTest, AFullMailboxOfTheOwnerIs503) {
  Config config;
  config.max_forwarded_waiting = 2;
  remake(config);
  const auto first = forward("1"), second = forward("2"), third = forward("3");
  EXPECT_EQ(third->status, 503);
  run();
  EXPECT_TRUE(first->pending());
  EXPECT_TRUE(second->pending());
  EXPECT_TRUE(forward("4")->pending());
}

TEST_F(LoopForwarderTest, TooManyUnansweredRequestsAre503) {
  Config config;
  config.max_forwarded_unanswered = 2;
  remake(config);
  const auto first = forward("1"), second = forward("2");
  run();
  EXPECT_EQ(forward("3")->status, 503);
  answers_[0]->respond(net::HttpResponse::text(200, ""));
  run();
  EXPECT_TRUE(forward("4")->pending());
}

}  // namespace
}  // namespace skat::engineio
