// Progress: who is told how far a long command has come; app shows it.
#pragma once

#include <cstdint>
#include <string_view>

namespace skat::maintenance {

class Progress {
 public:
  virtual ~Progress() = default;
  // A new piece of work of `total` units; 0: nobody knows.
  virtual void begin(std::string_view what, std::uint64_t total) = 0;
  virtual void reach(std::uint64_t done) = 0;
  virtual void end() = 0;
};

}  // namespace skat::maintenance
