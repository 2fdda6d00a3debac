// FoldFiles: the fold files of this node, one a partition, in one directory.
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
#include "chat/fold_file.hpp"
#include "chat/lifetime.hpp"

namespace skat::chat {

class FoldFiles {
 public:
  // Limit: requests without an answer. One more reads nothing, writes nothing.
  static constexpr std::size_t kMaxRequests = 256;

  FoldFiles(std::filesystem::path directory, base::Executor& core);
  FoldFiles(const FoldFiles&) = delete;
  FoldFiles& operator=(const FoldFiles&) = delete;

  // The partition's file, unless there is none or it is not for this log and epoch (the logger says why).
  void read(std::string log_id, std::uint32_t partition, model::Epoch epoch,
            base::Function<void(std::optional<FoldFile>)> done);
  // `done` gets false when it could not be written (the logger says why); then the old file still stands.
  void write(FoldFile file, base::Function<void(bool)> done);

  [[nodiscard]] std::filesystem::path path(std::uint32_t partition) const;

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
