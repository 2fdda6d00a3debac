#include "app/data_directory.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <fmt/format.h>
#include <cerrno>
#include <cstring>
#include <string>
#include <system_error>

#include "app/errors.hpp"

namespace skat::app {
namespace {

// The process id that the holder wrote into the lock file.
std::string holder_of(int lock) {
  char text[32] = {};
  const auto got = ::pread(lock, text, sizeof text - 1, 0);
  if (got <= 0) return "another process";
  return fmt::format("process {}", std::string_view(text, std::strcspn(text, "\n")));
}

}  // namespace

DataDirectory::DataDirectory(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::create_directories(path, error)) {
    std::filesystem::permissions(path, std::filesystem::perms::owner_all, error);
  }
  if (error) throw StartError(fmt::format("the data directory {} cannot be made: {}", path.string(), error.message()));
  const auto file = path / "lock";
  lock_ = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock_ < 0) {
    throw StartError(fmt::format("the data directory {} cannot be written: {}", path.string(), std::strerror(errno)));
  }
  if (::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const auto holder = holder_of(lock_);
    ::close(lock_);
    throw StartError(fmt::format("the data directory {} is in use by {}; one Skat at a time", path.string(), holder));
  }
  const auto me = fmt::format("{}\n", ::getpid());
  if (::ftruncate(lock_, 0) != 0 || ::pwrite(lock_, me.data(), me.size(), 0) < 0) {
    const auto why = std::string(std::strerror(errno));
    ::close(lock_);
    throw StartError(fmt::format("the data directory {} cannot be written: {}", path.string(), why));
  }
}

DataDirectory::~DataDirectory() {
  ::close(lock_);
}

}  // namespace skat::app
