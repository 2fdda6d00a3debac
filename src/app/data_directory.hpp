// DataDirectory: the one directory of a node, created if it is missing, held by a lock so that no second process uses
// it.
#pragma once

#include <filesystem>

namespace skat::app {

class DataDirectory {
 public:
  // Throws StartError: not a directory, not writable, or in use by another process (whose id it names).
  explicit DataDirectory(const std::filesystem::path& path);
  ~DataDirectory();
  DataDirectory(const DataDirectory&) = delete;
  DataDirectory& operator=(const DataDirectory&) = delete;

 private:
  int lock_ = -1;  // flock(2) on DIR/lock; the kernel frees it however the process ends
};

}  // namespace skat::app
