// FoldFiles: the fold files of this node, one a partition, and its settings file, in one directory; mode 0600.
// Lives on: the core executor; the files are touched by the worker `fold-files` only.
// Ends by: destruction, which finishes what was taken and drops the callbacks.
// Rule: a reader finds the old file or the new one, whole, also after a power cut (written beside it, fsync, rename).
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "base/mailbox.hpp"
#include "base/worker.hpp"
#include "chat/lifetime.hpp"
#include "chat/local_copies.hpp"

namespace skat::chat {

class FoldFiles final : public LocalCopies {
 public:
  // Limit: requests without an answer, enough for every partition at once. One more reads nothing, writes nothing.
  static constexpr std::size_t kMaxRequests = 4'160;

  FoldFiles(std::filesystem::path directory, base::Executor& core);
  FoldFiles(const FoldFiles&) = delete;
  FoldFiles& operator=(const FoldFiles&) = delete;

  void read_fold(std::string log_id, std::uint32_t partition,
                 base::Function<void(std::optional<FoldFile>)> done) override;
  void write_fold(FoldFile file, base::Function<void(bool)> done) override;
  void read_settings(std::string log_id, base::Function<void(std::optional<SettingsFile>)> done) override;
  void write_settings(SettingsFile file, base::Function<void(bool)> done) override;

  [[nodiscard]] std::filesystem::path path(std::uint32_t partition) const;
  [[nodiscard]] std::filesystem::path settings_path() const;

 private:
  template <class T, class Work>
  void ask(T when_full, base::Function<void(T)> done, Work work);

  // set at construction
  const std::filesystem::path directory_;
  base::Executor& core_;

  std::size_t requests_ = 0;
  Lifetime lifetime_;
  base::TaskMailbox answers_;
  base::Worker worker_;  // last: joins before what it uses is gone
};

}  // namespace skat::chat
