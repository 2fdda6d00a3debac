// The environment's settings that are not also flags: secrets, PEM texts, and other programs' names for the same
// things. An empty variable counts as not set.
#pragma once

#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace skat::app {

// The first of these that is set.
[[nodiscard]] std::optional<std::string> find_variable(std::initializer_list<const char*> names);

// Of NAME, or else what the file that NAME_FILE names holds, without the newline at its end (Docker and systemd hand
// secrets over as files). Empty: neither is set. Throws StartError when the file cannot be read.
[[nodiscard]] std::string read_secret(const std::string& name);

// A certificate's or key's PEM text from the first of `names` that is set; "\n" written out becomes a new line. Throws
// StartError for what is no PEM text.
[[nodiscard]] std::string read_pem(std::initializer_list<const char*> names);

// Variables that begin with `prefix`: the rest of the name, and the value.
[[nodiscard]] std::map<std::string, std::string> variables_with(std::string_view prefix);

// Throws StartError, which names `setting`, unless the file can be read.
void check_readable(const std::string& setting, const std::string& file);

}  // namespace skat::app
