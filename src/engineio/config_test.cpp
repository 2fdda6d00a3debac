#include "engineio/config.hpp"

#include <gtest/gtest.h>

#include "base/function.hpp"

namespace skat::engineio {
namespace {

using namespace std::chrono_literals;

TEST(Config, TheDefaultsAreValid) {
  EXPECT_EQ(validate(Config{}), std::nullopt);
  Config full;
  full.cookie.emplace();
  full.cors = {.allow = CorsConfig::Allow::listed, .origins = {"https://a.example"}, .exposed_headers = {"X-A"}};
  full.origin.allowed = {"https://a.example/"};
  full.node = NodeTag{1};
  EXPECT_EQ(validate(full), std::nullopt);
}

TEST(Config, ABadValueIsNamed) {
  struct Case {
    const char* named;
    base::Function<void(Config&)> spoil;
  };
  using Allow = CorsConfig::Allow;
  Case cases[] = {
      {"path", [](Config& c) { c.path = ""; }},
      {"path", [](Config& c) { c.path = "socket.io/"; }},
      {"path", [](Config& c) { c.path = "/a b"; }},
      {"path", [](Config& c) { c.path = "/a?b"; }},
      {"allow_polling", [](Config& c) { c.allow_polling = c.allow_websocket = false; }},
      {"ping_interval", [](Config& c) { c.ping_interval = 0ms; }},
      {"ping_timeout", [](Config& c) { c.ping_timeout = -1ms; }},
      {"upgrade_timeout", [](Config& c) { c.upgrade_timeout = 0ms; }},
      {"close_timeout", [](Config& c) { c.close_timeout = 0ms; }},
      {"ping_interval and ping_timeout", [](Config& c) { c.ping_interval = 2'147'483'647ms; }},
      {"max_payload_bytes", [](Config& c) { c.max_payload_bytes = 0; }},
      {"max_sessions", [](Config& c) { c.max_sessions = 0; }},
      {"max_undecided_handshakes", [](Config& c) { c.max_undecided_handshakes = 0; }},
      {"max_send_queue_bytes", [](Config& c) { c.max_send_queue_bytes = 0; }},
      {"max_send_queue_frames", [](Config& c) { c.max_send_queue_frames = 0; }},
      {"max_packets_per_payload", [](Config& c) { c.max_packets_per_payload = 0; }},
      {"max_fragments", [](Config& c) { c.max_fragments = 0; }},
      {"max_forwarded_waiting", [](Config& c) { c.max_forwarded_waiting = 0; }},
      {"max_forwarded_unanswered", [](Config& c) { c.max_forwarded_unanswered = 0; }},
      {"origin.allowed", [](Config& c) { c.origin.allowed = {"a.example"}; }},
      {"cors.credentials", [](Config& c) { c.cors.allow = Allow::any; }},
      {"cors.origins", [](Config& c) { c.cors.allow = Allow::one; }},
      {"cors.origins", [](Config& c) { c.cors.allow = Allow::listed; }},
      {"cors.origins", [](Config& c) { c.cors.origins = {"https://a.example\r\nX: y"}; }},
      {"cors.exposed_headers", [](Config& c) { c.cors.exposed_headers = {"X: y"}; }},
      {"cors.methods", [](Config& c) { c.cors.methods = {"GET\r\n"}; }},
      {"cors.methods", [](Config& c) { c.cors.methods = {}; }},
      {"cors.allowed_headers", [](Config& c) { c.cors.allowed_headers = {""}; }},
      {"cors.max_age", [](Config& c) { c.cors.max_age = -1s; }},
      {"cookie.name", [](Config& c) { c.cookie = CookieConfig{.name = ""}; }},
      {"cookie.name", [](Config& c) { c.cookie = CookieConfig{.name = "a=b"}; }},
      {"cookie.name", [](Config& c) { c.cookie = CookieConfig{.name = "a\r\nX"}; }},
      {"cookie.path", [](Config& c) { c.cookie = CookieConfig{.path = "a"}; }},
      {"cookie.path", [](Config& c) { c.cookie = CookieConfig{.path = "/;Domain=evil"}; }},
      {"cookie.domain", [](Config& c) { c.cookie = CookieConfig{.domain = "a\nb"}; }},
      {"cookie.max_age", [](Config& c) { c.cookie = CookieConfig{.max_age = -1s}; }},
      {"cookie.secure", [](Config& c) { c.cookie = CookieConfig{.same_site = CookieConfig::SameSite::none}; }},
      {"cookie.secure", [](Config& c) { c.cookie = CookieConfig{.partitioned = true}; }},
  };
  for (Case& c : cases) {
    Config config;
    c.spoil(config);
    const auto problem = validate(config);
    ASSERT_TRUE(problem) << c.named;
    EXPECT_TRUE(problem->starts_with(c.named)) << *problem;
  }
}

TEST(Config, ThePathGetsItsSlashUnlessToldNot) {
  Config config;
  config.path = "/chat";
  EXPECT_EQ(mount_path(config), "/chat/");
  config.path = "/chat/";
  EXPECT_EQ(mount_path(config), "/chat/");
  config.add_trailing_slash = false;
  config.path = "/chat";
  EXPECT_EQ(mount_path(config), "/chat");
}

}  // namespace
}  // namespace skat::engineio
