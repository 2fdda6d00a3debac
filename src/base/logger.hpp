// Diagnostics (never message bodies, never tokens): one line an event, text or JSON, to standard error.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace skat::base {

enum class LogLevel { debug, info, warn, error };
enum class LogFormat { text, json };

// Call once at start, before other threads. Any thread may log afterwards.
void configure_logger(LogLevel level, LogFormat format);
[[nodiscard]] bool log_enabled(LogLevel level) noexcept;
void log_line(LogLevel level, std::string_view room, std::string_view message);

template <class... Args>
void log(LogLevel level, std::string_view room, fmt::format_string<Args...> format, Args&&... args) {
  if (log_enabled(level)) log_line(level, room, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace skat::base
