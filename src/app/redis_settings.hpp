// From REDIS_URL and its files to bus::redis::Config.
#pragma once

#include <string>

#include "app/options.hpp"
#include "bus/redis/config.hpp"

namespace skat::app {

// REDIS_URL, or what the file REDIS_URL_FILE holds; empty: Redis is not asked for.
[[nodiscard]] std::string redis_url(const RedisOptions& options);
// The name of a setting of Redis's that is given, or nothing.
[[nodiscard]] std::string any_redis_setting(const RedisOptions& options);

// Throws StartError.
[[nodiscard]] bus::redis::Config make_redis_config(const RedisOptions& options, const std::string& url);

}  // namespace skat::app
