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

// A certificate or a key: PEM text, or the file that holds it; at most one of them is set.
struct Pem {
  std::string text = {}, file = {};
  [[nodiscard]] bool empty() const noexcept { return text.empty() && file.empty(); }
};

// The text is that of the first of `texts` that is set, "\n" written out being a new line. Without one, the file is
// `given`, what --flag or NAME_FILE said, or that of the first of `files`. Throws StartError for what is no PEM text,
// and for a file that cannot be read.
[[nodiscard]] Pem read_pem(const std::string& given, std::initializer_list<const char*> texts,
                           std::initializer_list<const char*> files = {});

// A URL for people: each password in it is ***.
[[nodiscard]] std::string without_password(std::string url);

// Variables that begin with `prefix`: the rest of the name, and the value.
[[nodiscard]] std::map<std::string, std::string> variables_with(std::string_view prefix);

// Throws StartError, which names `setting`, unless the file can be read.
void check_readable(const std::string& setting, const std::string& file);

}  // namespace skat::app
