// What may be turned on the in-process bus.
#pragma once

#include <cstddef>

namespace skat::bus::memory {

struct Config {
  // Limit: published and not yet delivered; one more is dropped, as the port says.
  std::size_t max_queued_messages = 65'536;
  std::size_t max_queued_bytes = 64 * 1024 * 1024;
};

}  // namespace skat::bus::memory
