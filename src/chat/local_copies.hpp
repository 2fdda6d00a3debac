// LocalCopies: what a node of a cluster keeps on a disk of its own, so that it can start while the store is away: a
// copy of each partition's fold, and of the settings that nodes share through the store. Shortcuts, never a truth: what
// is damaged, or of another log, is as if it were not there. Siblings: fold_files, testing/memory_copies.
//
// Threads: every method is called on the core executor, and every callback runs there in a later turn; none blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/function.hpp"
#include "chat/fold_file.hpp"
#include "chat/settings_file.hpp"

namespace skat::chat {

class LocalCopies {
 public:
  virtual ~LocalCopies() = default;

  // The partition's copy, unless there is none or it is not of this log (the logger says why).
  virtual void read_fold(std::string log_id, std::uint32_t partition,
                         base::Function<void(std::optional<FoldFile>)> done) = 0;
  // `done` gets false when it could not be written (the logger says why); then the old one still stands.
  virtual void write_fold(FoldFile file, base::Function<void(bool)> done) = 0;
  // As for folds.
  virtual void read_settings(std::string log_id, base::Function<void(std::optional<SettingsFile>)> done) = 0;
  virtual void write_settings(SettingsFile file, base::Function<void(bool)> done) = 0;
};

}  // namespace skat::chat
