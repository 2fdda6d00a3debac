// SharedBus: one in-process bus with several ends, each on an executor of its own: what nodes share in tests of a
// cluster. Ends may live on real loops; an end can be cut off and joined again, as with a lost connection.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "base/executor.hpp"
#include "bus/bus.hpp"

namespace skat::bus::testing {

class SharedBus {
 public:
  SharedBus() : state_(std::make_shared<State>()) {}

  // A bus of this group. All calls on it, its destruction included, on `executor` or while that does not run.
  [[nodiscard]] std::unique_ptr<Bus> make_end(base::Executor& executor) {
    return std::make_unique<End>(state_, executor);
  }

  // On the end's executor. Nothing goes in or out until join().
  static void cut(Bus& end) { dynamic_cast<End&>(end).set_up(false); }
  static void join(Bus& end) { dynamic_cast<End&>(end).set_up(true); }

  // Any thread. Messages for which it says true are lost. Set while nothing runs.
  void lose_if(std::function<bool(std::string_view channel, const std::string& payload)> lost) {
    const std::lock_guard lock(state_->mutex);
    state_->lost = std::move(lost);
  }

 private:
  class End;
  struct State {
    std::mutex mutex;
    std::vector<std::weak_ptr<End*>> ends;
    std::function<bool(std::string_view, const std::string&)> lost;
  };

  class End final : public Bus {
   public:
    End(std::shared_ptr<State> state, base::Executor& executor) : state_(std::move(state)), executor_(executor) {
      const std::lock_guard lock(state_->mutex);
      state_->ends.push_back(self_);
    }
    ~End() override {
      const std::lock_guard lock(state_->mutex);  // no other end is posting to this one
      self_.reset();
    }
    End(const End&) = delete;
    End& operator=(const End&) = delete;

    void start(BusListener& listener) override { listener_ = &listener; }
    void subscribe(std::string channel, base::Function<void()> confirmed) override {
      channels_.insert(std::move(channel));
      later([confirmed = std::move(confirmed)](End&) mutable {
        if (confirmed) confirmed();
      });
    }
    void unsubscribe(std::string_view channel) override {
      if (const auto at = channels_.find(channel); at != channels_.end()) channels_.erase(at);
    }
    void publish(std::string_view channel, base::SharedBytes payload) override {
      if (!up_) return;
      const std::lock_guard lock(state_->mutex);
      if (state_->lost && state_->lost(channel, *payload)) return;
      std::erase_if(state_->ends, [](const auto& end) { return end.expired(); });
      for (const auto& weak : state_->ends) {
        const auto end = weak.lock();
        if (!end) continue;
        (*end)->later([channel = std::string(channel), payload](End& to) {
          if (to.up_ && to.channels_.contains(channel)) to.listener_->on_message(channel, payload);
        });
      }
    }
    [[nodiscard]] bool up() const override { return listener_ != nullptr && up_; }

    void set_up(bool up) {
      if (std::exchange(up_, up) == up) return;
      later([up](End& end) {
        if (up)
          end.listener_->on_bus_up();
        else
          end.listener_->on_bus_down();
      });
    }

   private:
    // Any thread, while the end is alive.
    void later(base::Function<void(End&)> task) {
      executor_.post([weak = std::weak_ptr(self_), task = std::move(task)]() mutable {
        if (const auto alive = weak.lock()) task(**alive);
      });
    }

    const std::shared_ptr<State> state_;
    base::Executor& executor_;
    BusListener* listener_ = nullptr;
    std::set<std::string, std::less<>> channels_;
    bool up_ = true;
    std::shared_ptr<End*> self_ = std::make_shared<End*>(this);  // posted tasks find it gone after the destruction
  };

  std::shared_ptr<State> state_;
};

}  // namespace skat::bus::testing
