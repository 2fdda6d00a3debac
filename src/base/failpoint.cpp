#include "base/failpoint.hpp"

#ifdef SKAT_FAILPOINTS

#include <atomic>
#include <charconv>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <list>
#include <optional>
#include <string>
#include <thread>

#include "base/check.hpp"

namespace skat::base {
namespace {

enum class Action { kill, pause, error, delay };

struct Failpoint {
  std::string name;
  Action action{};
  std::uint64_t nth = 0;  // 0: every pass
  std::atomic<std::uint64_t> passes{0};
};
using Failpoints = std::list<Failpoint>;  // a list, since an atomic cannot be moved

std::optional<Action> parse_action(std::string_view text) {
  if (text == "kill") return Action::kill;
  if (text == "pause") return Action::pause;
  if (text == "error") return Action::error;
  if (text == "delay") return Action::delay;
  return std::nullopt;
}

bool parse_one(std::string_view text, Failpoints& into) {
  const auto colon = text.find(':');
  if (colon == 0 || colon == std::string_view::npos) return false;
  auto action = text.substr(colon + 1);
  std::uint64_t nth = 0;
  if (const auto second = action.find(':'); second != std::string_view::npos) {
    const auto digits = action.substr(second + 1);
    const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), nth);
    if (failed != std::errc{} || end != digits.data() + digits.size() || nth == 0) return false;
    action = action.substr(0, second);
  }
  const auto known = parse_action(action);
  if (!known) return false;
  auto& point = into.emplace_back();
  point.name = text.substr(0, colon);
  point.action = *known;
  point.nth = nth;
  return true;
}

bool parse(std::string_view text, Failpoints& into) {
  while (!text.empty()) {
    const auto comma = text.find(',');
    if (!parse_one(text.substr(0, comma), into)) return false;
    text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  }
  return true;
}

Failpoints& failpoints() {
  static Failpoints points = [] {
    Failpoints parsed;
    const char* text = std::getenv("SKAT_FAILPOINT");
    SKAT_CHECK(text == nullptr || parse(text, parsed), "SKAT_FAILPOINT must be name:action[:nth],…");
    return parsed;
  }();
  return points;
}

}  // namespace

bool pass_failpoint(std::string_view name) {
  bool failed = false;
  for (auto& point : failpoints()) {
    if (point.name != name) continue;
    const auto pass = ++point.passes;
    if (point.nth != 0 && point.nth != pass) continue;
    switch (point.action) {
      case Action::kill:
        std::raise(SIGKILL);
        break;
      case Action::pause:
        std::raise(SIGSTOP);
        break;
      case Action::error:
        failed = true;
        break;
      case Action::delay:
        std::this_thread::sleep_for(kFailpointDelay);
        break;
    }
  }
  return failed;
}

bool set_failpoints(std::string_view specification) {
  Failpoints parsed;
  const bool understood = parse(specification, parsed);
  if (!understood) parsed.clear();
  failpoints().swap(parsed);
  return understood;
}

}  // namespace skat::base

#endif
