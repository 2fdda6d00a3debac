#include "bus/memory/memory_bus.hpp"

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/check.hpp"

namespace skat::bus {
namespace {

struct ChannelHash : std::hash<std::string_view> {
  using is_transparent = void;
};

// MemoryBus: a queue between publish() and the listener.
// Lives on: the executor given at construction.
// Ends by: destruction; what is queued then is lost, and no callback runs.
class MemoryBus final : public Bus {
 public:
  MemoryBus(base::Executor& executor, const memory::Config& config) : executor_(executor), config_(config) {}

  void start(BusListener& listener) override {
    SKAT_CHECK(listener_ == nullptr, "a bus was started twice");
    listener_ = &listener;
  }

  void subscribe(std::string channel, base::Function<void()> confirmed) override {
    channels_.insert(std::move(channel));
    // Queued behind the messages, so that it says nothing too early; not limited: each subscriber waits for his own.
    enqueue({.channel = {}, .payload = nullptr, .confirmed = std::move(confirmed)});
  }

  void unsubscribe(std::string_view channel) override {
    if (const auto it = channels_.find(channel); it != channels_.end()) channels_.erase(it);
  }

  void publish(std::string_view channel, base::SharedBytes payload) override {
    if (!channels_.contains(channel)) return;
    const std::size_t bytes = channel.size() + payload->size();
    if (messages_ >= config_.max_queued_messages || bytes_ + bytes > config_.max_queued_bytes) return;
    ++messages_;
    bytes_ += bytes;
    enqueue({.channel = std::string(channel), .payload = std::move(payload), .confirmed = nullptr});
  }

  [[nodiscard]] bool up() const override { return listener_ != nullptr; }

 private:
  // A message, or (without payload) a confirmation.
  struct Item {
    std::string channel;
    base::SharedBytes payload;
    base::Function<void()> confirmed;
  };

  void enqueue(Item item) {
    queue_.push_back(std::move(item));
    if (queue_.size() > 1) return;
    executor_.post([self = std::weak_ptr(self_)] {
      if (const auto alive = self.lock()) (*alive)->deliver();
    });
  }

  void deliver() {
    SKAT_CHECK(listener_ != nullptr, "a bus was used before start()");
    auto batch = std::exchange(queue_, {});  // what is published meanwhile goes out in the next turn
    messages_ = bytes_ = 0;
    for (auto& item : batch) {
      if (item.payload == nullptr) {
        if (item.confirmed) item.confirmed();
      } else if (channels_.contains(item.channel)) {
        listener_->on_message(item.channel, item.payload);
      }
    }
  }

  base::Executor& executor_;
  const memory::Config config_;
  BusListener* listener_ = nullptr;
  std::unordered_set<std::string, ChannelHash, std::equal_to<>> channels_;
  std::vector<Item> queue_;  // empty: no turn is posted
  std::size_t messages_ = 0, bytes_ = 0;
  // Shared with the posted turn, which finds it gone when the bus was destroyed first.
  std::shared_ptr<MemoryBus*> self_ = std::make_shared<MemoryBus*>(this);
};

}  // namespace

std::unique_ptr<Bus> make_memory_bus(base::Executor& executor, const memory::Config& config) {
  return std::make_unique<MemoryBus>(executor, config);
}

}  // namespace skat::bus
