#include "net/fd.hpp"

#include <unistd.h>

namespace skat::net {

void Fd::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));  // Linux has released it even when close() reports EINTR
}

}  // namespace skat::net
