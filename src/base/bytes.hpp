// Byte strings, and how one is shared between many readers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace skat::base {

using Bytes = std::string;
using BytesView = std::string_view;

// Immutable and shared by every connection (on every loop) that still has to write it.
using SharedBytes = std::shared_ptr<const Bytes>;

inline SharedBytes share(Bytes bytes) {
  return std::make_shared<const Bytes>(std::move(bytes));
}

}  // namespace skat::base
