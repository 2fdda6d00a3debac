#include "chat/settings_file.hpp"

#include <utility>

#include "base/check.hpp"
#include "base/encoding.hpp"
#include "chat/checksum.hpp"

namespace skat::chat {
namespace {

constexpr std::string_view kFirstLine = "skat settings 1\n", kAnyVersion = "skat settings ";
constexpr std::string_view kLog = "log ", kSum = "sha256 ", kIs = " = ";

bool is_one_line(std::string_view text) {
  return text.find('\n') == std::string_view::npos;
}

std::string last_line(std::string_view lines) {
  return std::string(kSum) + base::to_hex(sha256(lines)) + "\n";
}

// The next line without its end; nullopt: there is none.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return line;
}

}  // namespace

std::string encode_settings_file(const SettingsFile& file) {
  SKAT_CHECK(is_one_line(file.log_id), "a log's id with two lines");
  std::string text(kFirstLine);
  text.append(kLog).append(file.log_id).append("\n");
  for (const auto& [name, value] : file.values) {
    SKAT_CHECK(is_one_line(name) && is_one_line(value) && name.find(kIs) == std::string::npos, "no name, or no value");
    text.append(name).append(kIs).append(value).append("\n");
  }
  return text + last_line(text);
}

ReadSettingsFile decode_settings_file(std::string_view bytes) {
  if (!bytes.starts_with(kAnyVersion)) return {{}, "it is no settings file"};
  if (!bytes.starts_with(kFirstLine)) return {{}, "another version of Skat wrote it"};
  const auto sum = bytes.rfind(kSum);
  if (sum == std::string_view::npos || bytes.substr(sum) != last_line(bytes.substr(0, sum))) {
    return {{}, "its checksum is wrong: it is cut off, damaged, or somebody has changed it"};
  }
  auto rest = bytes.substr(kFirstLine.size(), sum - kFirstLine.size());
  const auto log = take_line(rest);
  if (!log || !log->starts_with(kLog)) return {{}, "it breaks the layout of its version"};
  SettingsFile file{std::string(log->substr(kLog.size())), {}};
  while (const auto line = take_line(rest)) {
    const auto is = line->find(kIs);
    if (is == std::string_view::npos) return {{}, "it breaks the layout of its version"};
    file.values.emplace(line->substr(0, is), line->substr(is + kIs.size()));
  }
  if (!rest.empty()) return {{}, "it breaks the layout of its version"};
  return {std::move(file), nullptr};
}

}  // namespace skat::chat
