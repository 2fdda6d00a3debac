#include "bus/redis/config.hpp"

#include <gtest/gtest.h>

namespace skat::bus::redis {
namespace {

std::string shown(std::string_view url) {
  const auto parsed = parse_url(url);
  if (!parsed.problem.empty()) return "! " + parsed.problem;
  const auto& config = parsed.config;
  return std::string(config.tls.enabled ? "tls " : "") + config.user + ":" + config.password + "@" + config.host + " " +
         std::to_string(config.port) + (parsed.note.empty() ? "" : " note");
}

TEST(RedisUrl, NamesTheServer) {
  EXPECT_EQ(shown("redis://example.org"), ":@example.org 6379");
  EXPECT_EQ(shown("redis://example.org:7000/"), ":@example.org 7000");
  EXPECT_EQ(shown("redis://10.0.0.1:7000"), ":@10.0.0.1 7000");
  EXPECT_EQ(shown("redis://[::1]:7000"), ":@::1 7000");
  EXPECT_EQ(shown("redis://[2001:db8::1]"), ":@2001:db8::1 6379");
}

TEST(RedisUrl, TheSchemeSaysWhetherTlsIsSpoken) {
  EXPECT_EQ(shown("rediss://h"), "tls :@h 6379");
  EXPECT_EQ(shown("valkey://h"), ":@h 6379");
  EXPECT_EQ(shown("valkeys://h"), "tls :@h 6379");
  EXPECT_EQ(shown("REDISS://h"), "tls :@h 6379");
  EXPECT_TRUE(shown("http://h").starts_with("! ")) << shown("http://h");
  EXPECT_NE(shown("postgres://h").find("'postgres://'"), std::string::npos);
}

TEST(RedisUrl, UserAndPasswordArePercentDecoded) {
  EXPECT_EQ(shown("redis://ann:b%40c%2Fd%23%25@h"), "ann:b@c/d#%@h 6379");
  EXPECT_EQ(shown("redis://:only@h"), ":only@h 6379");
  EXPECT_EQ(shown("valkeys://default:AVNS_x-y@host.aivencloud.com:21001"),
            "tls default:AVNS_x-y@host.aivencloud.com 21001");
}

TEST(RedisUrl, ADatabaseIsAcceptedAndOfNoEffect) {
  EXPECT_EQ(shown("redis://h/0"), ":@h 6379");
  EXPECT_EQ(shown("redis://h/3"), ":@h 6379 note");
  EXPECT_TRUE(shown("redis://h/abc").starts_with("! "));
  EXPECT_TRUE(shown("redis://h/0/1").starts_with("! "));
}

TEST(RedisUrl, WhatIsWrongIsSaidInOneSentenceWithoutThePassword) {
  for (const std::string_view url :
       {"", "h:6379", "redis:", "redis://", "redis://:secret@", "redis://u:secret@h:99999", "redis://u:secret@h:0",
        "redis://u:secret@h:x", "redis://u:sec/ret@h", "redis://u:sec#ret@h", "redis://u:secret@h?db=1",
        "redis://u:%zzsecret@h", "redis://u@h", "redis://u:secret%00@h", "ftp://u:secret@h"}) {
    const auto problem = parse_url(url).problem;
    EXPECT_FALSE(problem.empty()) << url;
    EXPECT_EQ(problem.find("sec"), std::string::npos) << problem;
    EXPECT_EQ(problem.find('\n'), std::string::npos) << problem;
  }
}

TEST(RedisConfig, TheDefaultIsValidAndDescribedWithoutSecrets) {
  Config config;
  EXPECT_EQ(validate(config), std::nullopt);
  config.user = "ann";
  config.password = "secret";
  EXPECT_EQ(describe(config), "redis://ann@127.0.0.1:6379");
  config.host = "::1";
  config.tls.enabled = true;
  EXPECT_EQ(describe(config), "rediss://ann@[::1]:6379");
}

TEST(RedisConfig, ABadSettingIsNamed) {
  const auto named = [](auto change) {
    Config config;
    change(config);
    const auto problem = validate(config).value_or("");
    return problem.substr(0, problem.find(':'));
  };
  using std::chrono::milliseconds;
  EXPECT_EQ(named([](Config& c) { c.host.clear(); }), "host");
  EXPECT_EQ(named([](Config& c) { c.port = 0; }), "port");
  EXPECT_EQ(named([](Config& c) { c.user = "ann"; }), "password");
  EXPECT_EQ(named([](Config& c) { c.prefix = "a b"; }), "prefix");
  EXPECT_EQ(named([](Config& c) { c.client_name = "a\nb"; }), "client_name");
  EXPECT_EQ(named([](Config& c) { c.tls.key_file = "k"; }), "tls");
  EXPECT_EQ(named([](Config& c) { c.ping_timeout = milliseconds(0); }), "ping_timeout");
  EXPECT_EQ(named([](Config& c) { c.ping_interval = milliseconds(1); }), "ping_interval");
  EXPECT_EQ(named([](Config& c) { c.longest_backoff = milliseconds(1); }), "longest_backoff");
  EXPECT_EQ(named([](Config& c) { c.max_queued_bytes = 1; }), "max_queued_bytes");
  EXPECT_EQ(named([](Config& c) { c.channels_per_command = 0; }), "channels_per_command");
}

}  // namespace
}  // namespace skat::bus::redis
