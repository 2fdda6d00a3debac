#include "store/postgres/stop_signal.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

#include "base/check.hpp"

namespace skat::store::postgres {

StopSignal::StopSignal() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  SKAT_CHECK(descriptor_ >= 0, "no descriptor is left");
}

StopSignal::~StopSignal() {
  ::close(descriptor_);
}

void StopSignal::stop(base::SteadyTime deadline) {
  deadline_ = deadline;
  stopped_.store(true);
  const std::uint64_t one = 1;
  (void)!::write(descriptor_, &one, sizeof one);
}

}  // namespace skat::store::postgres
