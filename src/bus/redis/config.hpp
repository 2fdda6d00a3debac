// What may be turned in the bus that is Redis Pub/Sub.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace skat::bus::redis {

// PEM text goes before the file of the same thing; empty: not used. Read at every connection, so a new file is taken
// up by the next one.
struct Tls {
  bool enabled = false;
  std::string ca_pem = {}, ca_file = {};                    // whom to trust; a bundle is allowed; empty: the system's
  std::string certificate_pem = {}, certificate_file = {};  // our own, when the server asks for one
  std::string key_pem = {}, key_file = {};
};

struct Config {
  std::string host = "127.0.0.1";  // a name or an address; IPv6 without brackets
  std::uint16_t port = 6379;
  std::string user = {}, password = {};  // a password without a user is that of "default"
  Tls tls = {};
  std::string prefix = "skat:";  // of every channel; an access list then names one pattern, skat:*
  // Sharded Pub/Sub, where the server is a Redis Cluster of version 7 or newer. All processes must agree.
  bool sharded = true;
  std::string client_name = "skat";  // in CLIENT LIST, with :publish or :subscribe behind it

  std::chrono::milliseconds connect_timeout{3'000};  // name, TCP, TLS and log-in together
  std::chrono::milliseconds verify_timeout{3'000};   // for the marker to come back
  // A server that answers nothing for ping_interval + ping_timeout (and an eighth of ping_interval) is given up.
  std::chrono::milliseconds ping_interval{250};
  std::chrono::milliseconds ping_timeout{600};
  // Between two attempts: doubling from the first to the longest, and less by up to half. Begins anew once the bus has
  // been up for stable_after.
  std::chrono::milliseconds first_backoff{50}, longest_backoff{2'000};
  std::chrono::milliseconds stable_after{10'000};

  std::size_t max_queued_bytes = 64u * 1024 * 1024;       // published, not answered by Redis; one more is dropped
  std::size_t max_undelivered_bytes = 32u * 1024 * 1024;  // received, not yet heard; then Redis has to keep the rest
  std::size_t max_payload_bytes = 16u * 1024 * 1024;      // of one message: a larger one is dropped
  std::size_t channels_per_command = 1'000;               // of one SUBSCRIBE; more take several
};

// A sentence that names the bad key; nothing when all is well.
[[nodiscard]] std::optional<std::string> validate(const Config& config);

// redis://user:password@host:port/database, with rediss, valkey and valkeys too (the s is TLS).
struct ParsedUrl {
  Config config;
  std::string problem;  // empty, or one sentence; no secret is in it
  std::string note;     // empty, or one sentence to tell whoever wrote the URL
};
[[nodiscard]] ParsedUrl parse_url(std::string_view url);

// "rediss://user@host:port": for people, without the password.
[[nodiscard]] std::string describe(const Config& config);

}  // namespace skat::bus::redis
