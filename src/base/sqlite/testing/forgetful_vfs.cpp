#include "base/sqlite/testing/forgetful_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <utility>

#include "base/check.hpp"

namespace skat::base::sqlite::testing {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string read_file(sqlite3_file* file) {
  sqlite3_int64 size = 0;
  SKAT_CHECK(file->pMethods->xFileSize(file, &size) == SQLITE_OK, "a file without a size");
  std::string content(static_cast<std::size_t>(size), '\0');
  if (size > 0) {
    const int code = file->pMethods->xRead(file, content.data(), static_cast<int>(size), 0);
    SKAT_CHECK(code == SQLITE_OK, "an open file cannot be read");
  }
  return content;
}

}  // namespace

// What SQLite is given as an open file; the real one's bytes follow it in the same block.
struct ForgetfulFile {
  sqlite3_file base;
  ForgetfulVfs* vfs;
  void* state;  // ForgetfulVfs::FileState; null for a file without a name
  sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
};

// The functions behind the VFS and its files. Those that change or sync a file look at the switch and the fault.
struct Calls {
  using State = ForgetfulVfs::FileState;

  static ForgetfulVfs& vfs_of(sqlite3_vfs* vfs) { return *static_cast<ForgetfulVfs*>(vfs->pAppData); }
  static sqlite3_vfs* real_of(sqlite3_vfs* vfs) { return vfs_of(vfs).real_; }
  static ForgetfulFile* of(sqlite3_file* file) { return reinterpret_cast<ForgetfulFile*>(file); }
  static sqlite3_file* real(sqlite3_file* file) { return of(file)->real(); }
  static State* state(sqlite3_file* file) { return static_cast<State*>(of(file)->state); }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out_flags) {
    auto& self = vfs_of(vfs);
    const std::lock_guard lock(self.mutex_);
    auto* const opened = of(file);
    opened->base.pMethods = nullptr;  // xClose is not called after a failure
    opened->vfs = &self;
    opened->state = nullptr;
    const int code = self.real_->xOpen(self.real_, name, opened->real(), flags, out_flags);
    if (code != SQLITE_OK) return code;
    opened->base.pMethods = &kMethods;
    if (name == nullptr) return code;
    const auto [entry, is_new] = self.files_.try_emplace(name);
    if (is_new) entry->second.durable = read_file(opened->real());
    entry->second.open.push_back(opened->real());
    opened->state = &entry->second;
    return code;
  }

  static int close(sqlite3_file* file) {
    const std::lock_guard lock(of(file)->vfs->mutex_);
    if (auto* const known = state(file)) std::erase(known->open, real(file));
    return real(file)->pMethods == nullptr ? SQLITE_OK : real(file)->pMethods->xClose(real(file));
  }

  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
    auto& self = *of(file)->vfs;
    const std::lock_guard lock(self.mutex_);
    if (self.crashed_) return SQLITE_IOERR_WRITE;
    if (self.fault_ == ForgetfulVfs::Fault::full) return SQLITE_FULL;
    if (auto* const known = state(file)) {
      const auto first = static_cast<std::size_t>(offset) / ForgetfulVfs::kSectorBytes;
      const auto last = static_cast<std::size_t>(offset + size - 1) / ForgetfulVfs::kSectorBytes;
      for (auto sector = first; sector <= last; ++sector) known->unsynced.insert(sector);
    }
    return real(file)->pMethods->xWrite(real(file), data, size, offset);
  }

  static int truncate(sqlite3_file* file, sqlite3_int64 size) {
    auto& self = *of(file)->vfs;
    const std::lock_guard lock(self.mutex_);
    if (self.crashed_) return SQLITE_IOERR_TRUNCATE;
    return real(file)->pMethods->xTruncate(real(file), size);
  }

  static int sync(sqlite3_file* file, int flags) {
    auto& self = *of(file)->vfs;
    const std::lock_guard lock(self.mutex_);
    if (self.crashed_ || self.fault_ == ForgetfulVfs::Fault::sync) return SQLITE_IOERR_FSYNC;
    if (auto* const known = state(file)) self.note_sync(*known, real(file));
    (void)flags;  // the real sync is left out: the power switch is ours, and many seeds must run quickly
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_directory) {
    auto& self = vfs_of(vfs);
    const std::lock_guard lock(self.mutex_);
    if (self.crashed_) return SQLITE_IOERR_DELETE;
    if (const auto entry = self.files_.find(name); entry != self.files_.end()) {
      entry->second.durable.clear();
      entry->second.unsynced.clear();
    }
    return self.real_->xDelete(self.real_, name, sync_directory);
  }

  // ---- handed on as they are ----------------------------------------------------------------------------------------
  static int read(sqlite3_file* file, void* data, int size, sqlite3_int64 offset) {
    return real(file)->pMethods->xRead(real(file), data, size, offset);
  }
  static int file_size(sqlite3_file* file, sqlite3_int64* size) {
    return real(file)->pMethods->xFileSize(real(file), size);
  }
  static int lock(sqlite3_file* file, int level) { return real(file)->pMethods->xLock(real(file), level); }
  static int unlock(sqlite3_file* file, int level) { return real(file)->pMethods->xUnlock(real(file), level); }
  static int check_reserved(sqlite3_file* file, int* out) {
    return real(file)->pMethods->xCheckReservedLock(real(file), out);
  }
  static int control(sqlite3_file* file, int operation, void* argument) {
    return real(file)->pMethods->xFileControl(real(file), operation, argument);
  }
  static int sector_size(sqlite3_file* file) { return real(file)->pMethods->xSectorSize(real(file)); }
  static int characteristics(sqlite3_file* file) { return real(file)->pMethods->xDeviceCharacteristics(real(file)); }
  static int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** out) {
    return real(file)->pMethods->xShmMap(real(file), page, size, extend, out);
  }
  static int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
    return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
  }
  static void shm_barrier(sqlite3_file* file) { real(file)->pMethods->xShmBarrier(real(file)); }
  static int shm_unmap(sqlite3_file* file, int remove_it) {
    return real(file)->pMethods->xShmUnmap(real(file), remove_it);
  }
  static int access(sqlite3_vfs* vfs, const char* name, int flags, int* out) {
    return real_of(vfs)->xAccess(real_of(vfs), name, flags, out);
  }
  static int full_path(sqlite3_vfs* vfs, const char* name, int size, char* out) {
    return real_of(vfs)->xFullPathname(real_of(vfs), name, size, out);
  }
  static int randomness(sqlite3_vfs* vfs, int size, char* out) {
    return real_of(vfs)->xRandomness(real_of(vfs), size, out);
  }
  static int sleep(sqlite3_vfs* vfs, int microseconds) { return real_of(vfs)->xSleep(real_of(vfs), microseconds); }
  static int time_int64(sqlite3_vfs* vfs, sqlite3_int64* out) {
    return real_of(vfs)->xCurrentTimeInt64(real_of(vfs), out);
  }
  static int last_error(sqlite3_vfs* vfs, int size, char* out) {
    return real_of(vfs)->xGetLastError(real_of(vfs), size, out);
  }

  // Version 2: with shared memory, without mapped reads (which would pass by the bookkeeping).
  static constexpr sqlite3_io_methods kMethods{
      2,         close,          read,    write,       truncate,        sync,    file_size, lock,
      unlock,    check_reserved, control, sector_size, characteristics, shm_map, shm_lock,  shm_barrier,
      shm_unmap, nullptr,        nullptr};
};

ForgetfulVfs::ForgetfulVfs(std::string name)
    : name_(std::move(name)), real_(sqlite3_vfs_find(nullptr)), self_(std::make_unique<sqlite3_vfs>()) {
  SKAT_CHECK(real_ != nullptr, "SQLite has no default file system");
  self_->iVersion = 2;
  self_->szOsFile = static_cast<int>(sizeof(ForgetfulFile)) + real_->szOsFile;
  self_->mxPathname = real_->mxPathname;
  self_->zName = name_.c_str();
  self_->pAppData = this;
  self_->xOpen = Calls::open;
  self_->xDelete = Calls::remove;
  self_->xAccess = Calls::access;
  self_->xFullPathname = Calls::full_path;
  self_->xRandomness = Calls::randomness;
  self_->xSleep = Calls::sleep;
  self_->xCurrentTimeInt64 = Calls::time_int64;
  self_->xGetLastError = Calls::last_error;
  SKAT_CHECK(sqlite3_vfs_register(self_.get(), 0) == SQLITE_OK, "SQLite refused the file system");
}

ForgetfulVfs::~ForgetfulVfs() {
  sqlite3_vfs_unregister(self_.get());
}

void ForgetfulVfs::note_sync(FileState& state, sqlite3_file* real) {
  sqlite3_int64 size = 0;
  SKAT_CHECK(real->pMethods->xFileSize(real, &size) == SQLITE_OK, "a file without a size");
  state.durable.resize(static_cast<std::size_t>(size));
  for (auto sector = state.unsynced.begin(); sector != state.unsynced.end();) {
    const std::size_t at = *sector * kSectorBytes;
    std::size_t end = at + kSectorBytes;  // of a run of sectors, which is read at once
    while (++sector != state.unsynced.end() && *sector * kSectorBytes == end) end += kSectorBytes;
    end = std::min(end, state.durable.size());
    if (at >= end) continue;
    const int code = real->pMethods->xRead(real, state.durable.data() + at, static_cast<int>(end - at),
                                           static_cast<sqlite3_int64>(at));
    SKAT_CHECK(code == SQLITE_OK, "an open file cannot be read");
  }
  state.unsynced.clear();
  ++state.syncs;
}

void ForgetfulVfs::crash(std::uint64_t seed) {
  const std::lock_guard lock(mutex_);
  std::mt19937_64 random(seed);
  crashed_ = true;
  for (auto& [path, state] : files_) {
    const std::string now = state.open.empty() ? read_file(path) : read_file(state.open.front());
    state.after_crash = state.durable;
    // How much of the unsynced survives: nothing, a part, or nearly all.
    const auto kept_of_eight = random() % 9;
    for (const auto sector : state.unsynced) {
      const std::size_t at = sector * kSectorBytes;
      if (random() % 8 >= kept_of_eight || at >= now.size()) continue;
      const auto bytes = now.substr(at, kSectorBytes);
      if (state.after_crash.size() < at + bytes.size()) state.after_crash.resize(at + bytes.size());
      state.after_crash.replace(at, bytes.size(), bytes);
    }
  }
}

void ForgetfulVfs::reboot() {
  const std::lock_guard lock(mutex_);
  for (auto& [path, state] : files_) {
    SKAT_CHECK(state.open.empty(), "reboot() with an open connection");
    if (!std::filesystem::exists(path)) continue;
    std::ofstream(path, std::ios::binary | std::ios::trunc) << state.after_crash;
    std::filesystem::remove(path + "-shm");
  }
  files_.clear();
  crashed_ = false;
}

void ForgetfulVfs::set_fault(Fault fault) {
  const std::lock_guard lock(mutex_);
  fault_ = fault;
}

std::size_t ForgetfulVfs::syncs(const std::string& suffix) const {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  for (const auto& [path, state] : files_) {
    if (path.ends_with(suffix)) count += state.syncs;
  }
  return count;
}

}  // namespace skat::base::sqlite::testing
