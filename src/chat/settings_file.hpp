// A node's own file of the settings that it shares with others through the store
// (store::Directory::get_or_put_setting): the secret under which session tokens are sealed, and how rooms are placed.
// Sans-I/O; fold_files.hpp reads and writes.
//
// Layout version 1, UTF-8 lines (docs/log-format.md, "Settings file"):
//   skat settings 1
//   log ID
//   NAME = VALUE            ascending by name
//   sha256 HEX              of all lines before it
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace skat::chat {

struct SettingsFile {
  std::string log_id;  // whose cluster's they are
  std::map<std::string, std::string> values;

  friend bool operator==(const SettingsFile&, const SettingsFile&) = default;
};

// Neither names nor values hold a line's end, names no " = " either.
[[nodiscard]] std::string encode_settings_file(const SettingsFile& file);

// Either the file, or one sentence that says why not.
struct ReadSettingsFile {
  std::optional<SettingsFile> file;
  const char* problem = nullptr;
};
[[nodiscard]] ReadSettingsFile decode_settings_file(std::string_view bytes);

}  // namespace skat::chat
