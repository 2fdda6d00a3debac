#include "app/commands/progress_display.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <locale>

namespace skat::app {
namespace {

constexpr std::chrono::milliseconds kTerminalStep{100}, kLineStep{5'000};
constexpr std::size_t kBarCells = 24;
constexpr double kMinute = 60, kLongSeconds = 90;

// 1234567 is 1,234,567.
std::string grouped(std::uint64_t number) {
  auto digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string format_time(double seconds) {
  return seconds < kLongSeconds ? fmt::format("{:.0f} s", std::ceil(seconds))
                                : fmt::format("{:.0f} min", std::ceil(seconds / kMinute));
}

}  // namespace

std::string format_progress(std::string_view what, std::uint64_t done, std::uint64_t total,
                            std::chrono::duration<double> passed) {
  const double rate = passed.count() > 0 ? static_cast<double>(done) / passed.count() : 0;
  const auto per_second = grouped(static_cast<std::uint64_t>(rate));
  if (total == 0) return fmt::format("{}: {}, {}/s", what, grouped(done), per_second);
  done = std::min(done, total);
  const auto filled = static_cast<std::size_t>(done * kBarCells / total);
  auto text =
      fmt::format("{} [{}{}] {} %, {} of {}, {}/s", what, std::string(filled, '#'),
                  std::string(kBarCells - filled, '.'), done * 100 / total, grouped(done), grouped(total), per_second);
  if (done < total && rate > 0) {
    text += fmt::format(", {} left", format_time(static_cast<double>(total - done) / rate));
  }
  return text;
}

ProgressDisplay::ProgressDisplay() : terminal_(::isatty(STDERR_FILENO) == 1) {}

void ProgressDisplay::begin(std::string_view what, std::uint64_t total) {
  what_ = what;
  total_ = total;
  done_ = 0;
  began_ = shown_ = Clock::now();
}

void ProgressDisplay::reach(std::uint64_t done) {
  done_ = done;
  const auto step = terminal_ ? kTerminalStep : kLineStep;
  if (Clock::now() - shown_ >= step) show(false);
}

void ProgressDisplay::end() {
  show(true);
}

void ProgressDisplay::show(bool last) {
  shown_ = Clock::now();
  const auto text = format_progress(what_, done_, total_, shown_ - began_);
  if (terminal_) {
    std::fprintf(stderr, "\r\x1b[K%s%s", text.c_str(), last ? "\n" : "");
  } else {
    std::fprintf(stderr, "%s\n", text.c_str());
  }
  std::fflush(stderr);
}

}  // namespace skat::app
