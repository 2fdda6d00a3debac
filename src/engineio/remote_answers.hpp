// Answers between two loops, wherever the other one runs: OwedAnswers at the loop whose connections wait, RemoteAnswers
// at the one whose sessions answer them.
// Lives on: one loop.
// Ends by: destruction of all Answers made here, then its own.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>

#include "base/function.hpp"
#include "engineio/answer.hpp"
#include "engineio/handshake.hpp"

namespace skat::engineio {

// What this loop owes to connections elsewhere. To: names the request there.
template <class To, class Hash>
class RemoteAnswers {
 public:
  // nullopt: cut.
  using Send = base::Function<void(const To&, std::optional<net::HttpResponse>)>;

  explicit RemoteAnswers(Send send) : send_(std::move(send)) {}
  RemoteAnswers(const RemoteAnswers&) = delete;
  RemoteAnswers& operator=(const RemoteAnswers&) = delete;

  // Destroyed unanswered it sends 500.
  [[nodiscard]] std::unique_ptr<Answer> make(const To& to) { return std::make_unique<One>(*this, to); }
  // The connection has gone, or its body has come. What was answered meanwhile, or never came, is passed over.
  void lose(const To& to) {
    if (const auto at = waiting_.find(to); at != waiting_.end()) at->second->lose();
  }
  void end_body(const To& to, net::BodyResult result) {
    if (const auto at = waiting_.find(to); at != waiting_.end()) at->second->end_body(std::move(result));
  }

 private:
  class One final : public Answer {
   public:
    One(RemoteAnswers& all, const To& to) : all_(all), to_(to) { all_.waiting_.emplace(to_, this); }
    ~One() override {
      if (!answered_) respond(empty_response(500));
    }
    One(const One&) = delete;
    One& operator=(const One&) = delete;

    void respond(net::HttpResponse response) override { end(std::move(response)); }
    void cut() override { end(std::nullopt); }
    void on_lost(base::Function<void()> lost) override { lost_ = std::move(lost); }
    void on_body(base::Function<void(net::BodyResult)> ended) override { body_ended_ = std::move(ended); }

    // Either may destroy this answer.
    void lose() {
      answered_ = true;  // nobody is there to hear it
      all_.waiting_.erase(to_);
      auto lost = std::exchange(lost_, nullptr);
      if (lost) lost();
    }
    void end_body(net::BodyResult result) {
      auto ended = std::exchange(body_ended_, nullptr);
      if (ended) ended(std::move(result));
    }

   private:
    void end(std::optional<net::HttpResponse> response) {
      if (std::exchange(answered_, true)) return;
      all_.waiting_.erase(to_);
      all_.send_(to_, std::move(response));
    }

    RemoteAnswers& all_;
    const To to_;
    base::Function<void()> lost_;
    base::Function<void(net::BodyResult)> body_ended_;
    bool answered_ = false;
  };

  Send send_;
  std::unordered_map<To, One*, Hash> waiting_;
};

// What others owe to connections of this loop.
template <class Id>
class OwedAnswers {
 public:
  void add(Id id, std::unique_ptr<Answer> answer) { owed_.emplace(id, std::move(answer)); }
  // Its connection has gone.
  void drop(Id id) { owed_.erase(id); }
  // nullopt: cut. Of a connection that was lost meanwhile: nothing happens.
  void finish(Id id, std::optional<net::HttpResponse> response) {
    const auto at = owed_.find(id);
    if (at == owed_.end()) return;
    const auto answer = std::move(at->second);
    owed_.erase(at);
    if (response) {
      answer->respond(std::move(*response));
    } else {
      answer->cut();
    }
  }
  [[nodiscard]] std::size_t size() const noexcept { return owed_.size(); }

 private:
  std::unordered_map<Id, std::unique_ptr<Answer>> owed_;
};

}  // namespace skat::engineio
