// Node: a store on an executor whose clock the test turns, and a test's questions to it.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "base/testing/manual_executor.hpp"
#include "store/errc.hpp"
#include "store/postgres/pg_store.hpp"

namespace skat::store::postgres::testing {

class Node {
 public:
  explicit Node(const Config& config) {
    auto opened = open_postgres_store(config, executor_);
    if (!opened.store) throw std::runtime_error(opened.problem);
    store_ = std::move(opened.store);
  }

  [[nodiscard]] Store& store() { return *store_; }
  [[nodiscard]] base::testing::ManualExecutor& executor() { return executor_; }
  void close() { store_.reset(); }

  // Asks without waiting.
  template <class T, class Port, class... Parameters, class... Arguments>
  std::shared_ptr<std::optional<result<T>>> begin(void (Port::*method)(Parameters...), Arguments&&... arguments) {
    auto answer = std::make_shared<std::optional<result<T>>>();
    (store().*method)(std::forward<Arguments>(arguments)...,
                      [answer](result<T> got) { answer->emplace(std::move(got)); });
    return answer;
  }
  template <class T>
  result<T> wait(const std::shared_ptr<std::optional<result<T>>>& answer) {
    EXPECT_TRUE(executor_.run_until([&] { return answer->has_value(); }, std::chrono::seconds(40)));
    return std::move(answer->value());
  }
  template <class T, class Port, class... Parameters, class... Arguments>
  result<T> ask(void (Port::*method)(Parameters...), Arguments&&... arguments) {
    return wait(begin<T>(method, std::forward<Arguments>(arguments)...));
  }

  result<StoredFold> load() { return ask<StoredFold>(&Conversations::load_fold, std::uint32_t{0}, std::string("log")); }
  result<void> archive(ArchiveBatch batch) { return ask<void>(&Conversations::archive, std::move(batch)); }
  result<Page> newest(const model::RoomId& room) {
    return ask<Page>(&Conversations::page_before, room, model::Seq{~std::uint64_t{0}}, std::size_t{10});
  }

 private:
  base::testing::ManualExecutor executor_;
  std::unique_ptr<Store> store_;
};

inline constexpr model::RoomId kRoom{{9, 9}};

// Records [start, start + count) of partition 0, each a message of kRoom.
inline ArchiveBatch messages(std::uint64_t start, std::uint64_t count) {
  ArchiveBatch batch;
  batch.start = start;
  batch.end = start + count;
  for (std::uint64_t i = start + 1; i <= batch.end; ++i) {
    batch.events.push_back({kRoom, model::Epoch{1}, model::Seq{i}, model::MSeq{i}, model::EventKind::message,
                            model::UserId{{3}}, model::DeviceId{4}, model::N{i}, base::from_millis(1'700'000'000'000),
                            R"({"name":"Ada","text":"hello"})"});
  }
  return batch;
}

}  // namespace skat::store::postgres::testing
