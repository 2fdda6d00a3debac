// A node's local copies in memory for chat's unit tests: CopyDisk outlives the process. Files lie on it as bytes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "base/executor.hpp"
#include "chat/local_copies.hpp"
#include "chat/testing/power.hpp"

namespace skat::chat::testing {

struct CopyDisk {
  std::map<std::uint32_t, std::string> folds;
  std::string settings;
  std::size_t writes = 0;  // of folds
};

class MemoryCopies final : public LocalCopies {
 public:
  MemoryCopies(base::Executor& core, CopyDisk& disk, Power& power) : core_(core), disk_(disk), power_(power) {}

  void read_fold(std::string log_id, std::uint32_t partition,
                 base::Function<void(std::optional<FoldFile>)> done) override {
    auto file = decode_fold_file(disk_.folds[partition]).file;
    if (file && why_foreign(*file, log_id, partition) != nullptr) file.reset();
    answer(std::move(done), std::move(file));
  }
  void write_fold(FoldFile file, base::Function<void(bool)> done) override {
    if (power_.on()) {
      const auto partition = file.partition;
      disk_.folds[partition] = encode_fold_file(std::move(file));
      ++disk_.writes;
    }
    answer(std::move(done), true);
  }
  void read_settings(std::string log_id, base::Function<void(std::optional<SettingsFile>)> done) override {
    auto file = decode_settings_file(disk_.settings).file;
    if (file && file->log_id != log_id) file.reset();
    answer(std::move(done), std::move(file));
  }
  void write_settings(SettingsFile file, base::Function<void(bool)> done) override {
    if (power_.on()) disk_.settings = encode_settings_file(file);
    answer(std::move(done), true);
  }

 private:
  template <class T>
  void answer(base::Function<void(T)> done, T value) {
    core_.post([this, done = std::move(done), value = std::move(value)]() mutable {
      if (power_.on()) done(std::move(value));
    });
  }

  base::Executor& core_;
  CopyDisk& disk_;
  Power& power_;
};

}  // namespace skat::chat::testing
