#include "bus/redis/config.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <cctype>
#include <charconv>
#include <utility>

namespace skat::bus::redis {
namespace {

struct Scheme {
  std::string_view name;
  bool tls;
};
constexpr std::array<Scheme, 4> kSchemes{{{"redis", false}, {"rediss", true}, {"valkey", false}, {"valkeys", true}}};

bool printable(std::string_view text) {
  return std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

std::optional<std::string> validate(const Config& config) {
  using std::chrono::milliseconds;
  if (config.host.empty()) return "host: a name or an address is needed";
  if (config.port == 0) return "port: 1 to 65535";
  if (!config.user.empty() && config.password.empty()) return "password: a user needs one";
  if (config.user.find('\0') != std::string::npos || config.password.find('\0') != std::string::npos) {
    return "user, password: no null byte is allowed";
  }
  if (config.prefix.size() > 128 || !printable(config.prefix)) {
    return "prefix: at most 128 printable characters without a space";
  }
  if (config.client_name.empty() || config.client_name.size() > 64 || !printable(config.client_name)) {
    return "client_name: 1 to 64 printable characters without a space";
  }
  const bool certificate = !config.tls.certificate_pem.empty() || !config.tls.certificate_file.empty();
  const bool key = !config.tls.key_pem.empty() || !config.tls.key_file.empty();
  if (certificate != key) return "tls: a client certificate and its key go together";
  for (const auto& [name, value] : {std::pair{"connect_timeout", config.connect_timeout},
                                    {"verify_timeout", config.verify_timeout},
                                    {"ping_timeout", config.ping_timeout},
                                    {"first_backoff", config.first_backoff},
                                    {"stable_after", config.stable_after}}) {
    if (value <= milliseconds::zero()) return fmt::format("{}: above 0", name);
  }
  if (config.ping_interval < milliseconds(10)) return "ping_interval: at least 10 ms";
  if (config.longest_backoff < config.first_backoff) return "longest_backoff: at least first_backoff";
  constexpr std::size_t kLeastBytes = 64 * 1024;
  for (const auto& [name, value] : {std::pair{"max_queued_bytes", config.max_queued_bytes},
                                    {"max_undelivered_bytes", config.max_undelivered_bytes},
                                    {"max_payload_bytes", config.max_payload_bytes}}) {
    if (value < kLeastBytes) return fmt::format("{}: at least 64 KiB", name);
  }
  if (config.channels_per_command == 0) return "channels_per_command: at least 1";
  return std::nullopt;
}

ParsedUrl parse_url(std::string_view url) {
  ParsedUrl parsed;
  const auto refuse = [&](std::string problem) {
    parsed.problem = std::move(problem);
    return std::move(parsed);
  };
  constexpr const char* kForm = "redis://user:password@host:port, or rediss:// with TLS";
  const auto read = boost::urls::parse_uri({url.data(), url.size()});
  if (!read) {
    return refuse(
        fmt::format("this is no URL like {}; characters such as @ / # % in a user's name or a password are "
                    "written as %40 %2F %23 %25",
                    kForm));
  }
  const auto& view = *read;
  std::string scheme(view.scheme());
  std::ranges::transform(scheme, scheme.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto* const known = std::ranges::find(kSchemes, std::string_view(scheme), &Scheme::name);
  if (known == kSchemes.end()) {
    return refuse(
        fmt::format("the URL begins with '{}://', which is none of redis, rediss, valkey and valkeys", scheme));
  }
  parsed.config.tls.enabled = known->tls;
  if (!view.has_authority() || view.host_address().empty())
    return refuse(fmt::format("the URL names no host; it is {}", kForm));
  parsed.config.host = view.host_address();
  const std::string_view port(view.port().data(), view.port().size());
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), parsed.config.port);
    if (error != std::errc{} || end != port.data() + port.size() || parsed.config.port == 0) {
      return refuse("the port in the URL is not between 1 and 65535");
    }
  }
  parsed.config.user = view.user();
  parsed.config.password = view.password();
  if (view.has_query() || view.has_fragment())
    return refuse("the URL has a '?' or '#' part, which is not understood here");
  std::string path = view.path();
  if (path.starts_with('/')) path.erase(0, 1);
  if (path.size() > 5 || !std::ranges::all_of(path, [](unsigned char c) { return std::isdigit(c) != 0; })) {
    return refuse("what follows the host in the URL is no database number such as /0");
  }
  if (path.find_first_not_of('0') != std::string::npos) {
    parsed.note = fmt::format("the database {} in the URL is of no effect: Pub/Sub does not know databases", path);
  }
  if (auto problem = validate(parsed.config)) return refuse(std::move(*problem));
  return parsed;
}

std::string describe(const Config& config) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(config.host, error);
  const bool v6 = !error && address.is_v6();
  return fmt::format("{}://{}{}{}{}{}:{}", config.tls.enabled ? "rediss" : "redis", config.user,
                     config.user.empty() ? "" : "@", v6 ? "[" : "", config.host, v6 ? "]" : "", config.port);
}

}  // namespace skat::bus::redis
