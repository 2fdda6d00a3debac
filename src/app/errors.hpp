// StartError: why Skat cannot start; main prints it as one line and exits 2. The only exception of ours, and only here.
#pragma once

#include <stdexcept>

namespace skat::app {

class StartError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace skat::app
