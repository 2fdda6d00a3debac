#include "app/environment.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>

#include "app/errors.hpp"

namespace skat::app {
namespace {

// Limit: what a file with a secret may hold; a longer one is another file.
constexpr std::size_t kMaxSecretBytes = 64u * 1024;

}  // namespace

std::optional<std::string> find_variable(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any other thread
    if (value != nullptr && *value != '\0') return value;
  }
  return std::nullopt;
}

void check_readable(const std::string& setting, const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  if (stream && (stream.get(), !stream.bad())) return;
  throw StartError(fmt::format("{}: {} cannot be read: {}", setting, file, std::strerror(errno)));
}

std::string read_secret(const std::string& name) {
  if (auto value = find_variable({name.c_str()})) return *value;
  const auto setting = name + "_FILE";
  const auto file = find_variable({setting.c_str()});
  if (!file) return {};
  check_readable(setting, *file);
  std::ifstream stream(*file, std::ios::binary);
  std::string text(kMaxSecretBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
  if (text.empty() || text.size() > kMaxSecretBytes) {
    throw StartError(fmt::format("{}: {} holds no secret", setting, *file));
  }
  return text;
}

Pem read_pem(const std::string& given, std::initializer_list<const char*> texts,
             std::initializer_list<const char*> files) {
  for (const char* name : texts) {
    auto text = find_variable({name});
    if (!text) continue;
    if (text->find('\n') == std::string::npos) {
      for (std::size_t at = 0; (at = text->find("\\n", at)) != std::string::npos; ++at) text->replace(at, 2, "\n");
    }
    if (text->find("-----BEGIN ") != std::string::npos) return {.text = *std::move(text)};
    throw StartError(fmt::format("{} wants PEM text (-----BEGIN …); the name of a file goes into {}_FILE", name, name));
  }
  auto file = given.empty() ? find_variable(files).value_or("") : given;
  if (!file.empty()) check_readable(fmt::format("{}_FILE", *texts.begin()), file);
  return {.file = std::move(file)};
}

// The password between ':' and '@', and those among the query's parameters.
std::string without_password(std::string url) {
  const auto scheme = url.find("://");
  if (scheme == std::string::npos) return "(not a URL)";
  const auto host = url.find_first_of("/?#", scheme + 3);
  const auto at = url.rfind('@', host);
  const auto colon = url.find(':', scheme + 3);
  if (at != std::string::npos && at > scheme && colon < at) url.replace(colon + 1, at - colon - 1, "***");
  for (auto found = url.find("password="); found != std::string::npos; found = url.find("password=", found)) {
    found += std::string_view("password=").size();
    url.replace(found, std::min(url.find('&', found), url.size()) - found, "***");
  }
  return url;
}

std::map<std::string, std::string> variables_with(std::string_view prefix) {
  std::map<std::string, std::string> found;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals <= prefix.size() || !text.starts_with(prefix)) continue;
    if (equals + 1 == text.size()) continue;
    found.emplace(text.substr(prefix.size(), equals - prefix.size()), text.substr(equals + 1));
  }
  return found;
}

}  // namespace skat::app
