// Settings: what the nodes of a cluster share through the store, and what this node's local copy says of it while the
// store is away.
// Lives on: the core executor.
// Ends by: destruction.
// Rule: the store decides. What the local copy answered is asked again until the store has said the same; what the
// store says is copied.
#pragma once

#include <string>

#include "base/executor.hpp"
#include "chat/backoff.hpp"
#include "chat/lifetime.hpp"
#include "chat/local_copies.hpp"
#include "chat/types.hpp"

namespace skat::chat {

class Settings {
 public:
  // `copies` may be nullptr: then the store alone answers.
  Settings(base::Executor& core, store::Directory& directory, LocalCopies* copies, std::string log_id);
  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;

  // Reads the local copy, if there is one.
  void load(base::Function<void()> done);
  // The value that holds; `value`, if nobody has set one. store::errc::unavailable: the store is away, and the local
  // copy does not have it.
  void get_or_put(std::string name, std::string value, Done<std::string> done);

 private:
  void learn(const std::string& name, const std::string& value);
  void confirm(std::string name);
  void write();

  // set at construction
  base::Executor& core_;
  store::Directory& directory_;
  LocalCopies* copies_;

  SettingsFile file_;
  bool writing_ = false, changed_ = false;
  Backoff backoff_;
  Lifetime lifetime_;
};

}  // namespace skat::chat
