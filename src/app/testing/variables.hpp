// For tests of settings: variables that hold for one test, and what a command line reads to.
#pragma once

#include <cstdlib>
#include <string>
#include <vector>

#include "app/config.hpp"
#include "app/errors.hpp"

namespace skat::app::testing {

// Sets variables, and takes them away at its end.
class Variables {
 public:
  Variables(std::initializer_list<std::pair<const char*, std::string>> variables) {
    for (const auto& [name, value] : variables) {
      ::setenv(name, value.c_str(), 1);
      names_.emplace_back(name);
    }
  }
  ~Variables() {
    for (const auto& name : names_) ::unsetenv(name.c_str());
  }
  Variables(const Variables&) = delete;
  Variables& operator=(const Variables&) = delete;

 private:
  std::vector<std::string> names_;
};

inline Invocation read(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "skat");
  return read_config(static_cast<int>(arguments.size()), arguments.data());
}

// The sentence of the refusal, or nothing when it is taken.
inline std::string refusal(std::vector<const char*> arguments) {
  try {
    (void)read(std::move(arguments));
    return {};
  } catch (const StartError& error) {
    return error.what();
  }
}

}  // namespace skat::app::testing
