// ForgetfulVfs: SQLite's default file system with a power switch. What is written reaches the files, but only what was
// synced is sure to survive crash(): of the rest, each sector is kept or lost as the seed has it. Opening, creating and
// deleting a file is taken to be durable at once (SQLite syncs the directory itself). It can also refuse.
// Lives on: the test's thread; SQLite calls it from any, one call at a time.
// Ends by: destruction, after every connection that uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

struct sqlite3_vfs;
struct sqlite3_file;

namespace skat::base::sqlite::testing {

class ForgetfulVfs {
 public:
  // Registers with SQLite under `name`, for Options::vfs.
  explicit ForgetfulVfs(std::string name);
  ~ForgetfulVfs();
  ForgetfulVfs(const ForgetfulVfs&) = delete;
  ForgetfulVfs& operator=(const ForgetfulVfs&) = delete;

  [[nodiscard]] const std::string& name() const { return name_; }

  // Off goes the power: what the files will hold is decided now, and every later change fails. Close all connections,
  // then reboot().
  void crash(std::uint64_t seed);
  // Puts the decided bytes into the files.
  void reboot();

  // While set, the operation fails: no space for writes, an input/output error for syncs.
  enum class Fault { none, full, sync };
  void set_fault(Fault fault);
  // Successful syncs of files whose name ends with `suffix`.
  [[nodiscard]] std::size_t syncs(const std::string& suffix) const;

  static constexpr std::size_t kSectorBytes = 512;

 private:
  friend struct Calls;  // what SQLite calls

  struct FileState {
    std::string durable;              // as of the last sync
    std::set<std::size_t> unsynced;   // sectors written since
    std::vector<sqlite3_file*> open;  // the real file's handles
    std::size_t syncs = 0;
    std::string after_crash;
  };

  void note_sync(FileState& state, sqlite3_file* real);

  const std::string name_;
  sqlite3_vfs* const real_;
  std::unique_ptr<sqlite3_vfs> self_;

  mutable std::mutex mutex_;                // outermost here; guards all below. SQLite's own locks are taken under it
  std::map<std::string, FileState> files_;  // by path; entries stay, so that File may point to them
  Fault fault_ = Fault::none;
  bool crashed_ = false;
};

}  // namespace skat::base::sqlite::testing
