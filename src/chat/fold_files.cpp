#include "chat/fold_files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/check.hpp"
#include "base/logger.hpp"

namespace skat::chat {
namespace {

namespace fs = std::filesystem;

bool write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto wrote = ::write(file, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return ::fsync(file) == 0;
}

// The rename itself must reach the disk.
void sync_directory(const fs::path& directory) {
  const int handle = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (handle < 0) return;
  ::fsync(handle);
  ::close(handle);
}

bool replace_blocking(const fs::path& path, std::string_view bytes) {
  const fs::path beside = path.string() + ".new";
  const int file = ::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool done = file >= 0 && write_all(file, bytes);
  int error = errno;
  if (file >= 0) ::close(file);
  if (done) {
    done = ::rename(beside.c_str(), path.c_str()) == 0;
    error = errno;
  }
  if (done) {
    sync_directory(path.parent_path());
    return true;
  }
  base::log(base::LogLevel::warn, "chat", "the file {} cannot be written: {}", path.string(), std::strerror(error));
  ::unlink(beside.c_str());
  return false;
}

// nullopt: there is no such file.
std::optional<std::string> bytes_of_blocking(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string{std::istreambuf_iterator<char>(in), {}};
}

void leave_aside(const fs::path& path, const char* why) {
  base::log(base::LogLevel::warn, "chat", "the file {} is left aside: {}", path.string(), why);
}

std::optional<FoldFile> read_fold_blocking(const fs::path& path, const std::string& log_id, std::uint32_t partition) {
  const auto bytes = bytes_of_blocking(path);
  if (!bytes) return std::nullopt;
  auto [file, problem] = decode_fold_file(*bytes);
  if (file) problem = why_foreign(*file, log_id, partition);
  if (problem == nullptr) return std::move(file);
  leave_aside(path, problem);
  return std::nullopt;
}

std::optional<SettingsFile> read_settings_blocking(const fs::path& path, const std::string& log_id) {
  const auto bytes = bytes_of_blocking(path);
  if (!bytes) return std::nullopt;
  auto [file, problem] = decode_settings_file(*bytes);
  if (file && file->log_id != log_id) problem = "it belongs to another log";
  if (problem == nullptr) return std::move(file);
  leave_aside(path, problem);
  return std::nullopt;
}

}  // namespace

FoldFiles::FoldFiles(fs::path directory, base::Executor& core)
    : directory_(std::move(directory)),
      core_(core),
      answers_("fold-file-answers", kMaxRequests, core),
      worker_("fold-files", kMaxRequests) {}

fs::path FoldFiles::path(std::uint32_t partition) const {
  return directory_ / fmt::format("fold-{}.snapshot", partition);
}

fs::path FoldFiles::settings_path() const {
  return directory_ / "cluster.settings";
}

void FoldFiles::read_fold(std::string log_id, std::uint32_t partition,
                          base::Function<void(std::optional<FoldFile>)> done) {
  ask<std::optional<FoldFile>>(std::nullopt, std::move(done),
                               [path = path(partition), log_id = std::move(log_id), partition] {
                                 return read_fold_blocking(path, log_id, partition);
                               });
}

void FoldFiles::write_fold(FoldFile file, base::Function<void(bool)> done) {
  ask<bool>(false, std::move(done), [path = path(file.partition), file = std::move(file)]() mutable {
    return replace_blocking(path, encode_fold_file(std::move(file)));
  });
}

void FoldFiles::read_settings(std::string log_id, base::Function<void(std::optional<SettingsFile>)> done) {
  ask<std::optional<SettingsFile>>(std::nullopt, std::move(done), [path = settings_path(), log_id = std::move(log_id)] {
    return read_settings_blocking(path, log_id);
  });
}

void FoldFiles::write_settings(SettingsFile file, base::Function<void(bool)> done) {
  ask<bool>(false, std::move(done), [path = settings_path(), file = std::move(file)] {
    return replace_blocking(path, encode_settings_file(file));
  });
}

template <class T, class Work>
void FoldFiles::ask(T when_full, base::Function<void(T)> done, Work work) {
  if (requests_ >= kMaxRequests) {
    core_.post(lifetime_.guard(
        [when_full = std::move(when_full), done = std::move(done)]() mutable { done(std::move(when_full)); }));
    return;
  }
  ++requests_;
  const bool taken = worker_.submit([this, work = std::move(work), done = std::move(done)]() mutable {
    const bool pushed = answers_.push([this, answer = work(), done = std::move(done)]() mutable {
      --requests_;
      done(std::move(answer));
    });
    SKAT_CHECK(pushed, "an answer found no place in the mailbox");
  });
  SKAT_CHECK(taken, "a request found no place in its worker");
}

}  // namespace skat::chat
