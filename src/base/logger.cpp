#include "base/logger.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

namespace skat::base {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

// The message as the inside of a JSON string (RFC 8259, section 7).
std::string json_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

LogFormat format_in_use = LogFormat::text;  // written once at start, before other threads

spdlog::logger& logger() {
  static const auto instance = spdlog::stderr_color_mt("skat");
  return *instance;
}

}  // namespace

void configure_logger(LogLevel level, LogFormat format) {
  format_in_use = format;
  logger().set_level(to_spdlog(level));
  if (format == LogFormat::json) {
    logger().set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})");
  } else {
    logger().set_pattern("%Y-%m-%d %H:%M:%S.%e %^%-5l%$ %v");
  }
}

bool log_enabled(LogLevel level) noexcept {
  return logger().should_log(to_spdlog(level));
}

void log_line(LogLevel level, std::string_view room, std::string_view message) {
  if (format_in_use == LogFormat::json) {
    logger().log(to_spdlog(level), R"("room":"{}","message":"{}")", room, json_escape(message));
  } else {
    logger().log(to_spdlog(level), "{}: {}", room, message);
  }
}

}  // namespace skat::base
