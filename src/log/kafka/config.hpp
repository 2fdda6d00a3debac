// What may be turned in the log that is a Kafka topic.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace skat::log::kafka {

// How the brokers are spoken to. PEM text goes before the file of the same thing; empty: not used.
struct Security {
  enum class Protocol { plaintext, ssl, sasl_plaintext, sasl_ssl };
  enum class Mechanism { plain, scram_sha_256, scram_sha_512 };

  Protocol protocol = Protocol::plaintext;
  std::string ca_pem = {}, ca_file = {};                    // whom to trust; a bundle is allowed; empty: the system's
  std::string certificate_pem = {}, certificate_file = {};  // our own certificate with its chain
  std::string key_pem = {}, key_file = {}, key_password = {};
  Mechanism mechanism = Mechanism::plain;
  std::string username = {}, password = {};
};

struct Config {
  std::string brokers;  // host:port,host:port
  std::string topic = "skat.log";
  std::string client_id = "skat";
  Security security;
  // Any of librdkafka's own properties, set last. Those that carry the log's promises are refused (validate()).
  std::map<std::string, std::string> properties;

  // The topic as it is created, and checked at every start and every `check_interval`.
  std::uint32_t partitions = 12;  // for ever: rooms are spread by it
  int replication_factor = 3;
  int min_insync_replicas = 2;
  std::chrono::hours retention{24 * 14};  // at creation; at least kMinRetention is demanded
  std::chrono::milliseconds open_timeout{30'000};
  std::chrono::milliseconds check_interval{600'000};

  // An append that Kafka has not confirmed this long after it was handed over is answered: unavailable if it was never
  // sent, else maybe_appended. With `batch_wait` before it, 17 s at the most.
  std::chrono::milliseconds delivery_timeout{15'000};
  std::chrono::microseconds linger{500};  // how long a batch waits for more
  // What waited this long behind a batch without an answer is unavailable when that ends; it was never sent.
  std::chrono::milliseconds batch_wait{2'000};
  std::chrono::milliseconds breaker_silence{1'000};    // a partition without an answer for this long: unavailable
  std::size_t max_queued_appends = 16'384;             // without an answer; one more is errc::busy
  std::size_t max_queued_bytes = 64u * 1024 * 1024;    // keys and values of them; past it: errc::busy
  std::chrono::milliseconds fetch_wait{50};            // how long a broker holds a fetch that finds nothing new
  std::size_t reader_queue_bytes = 32u * 1024 * 1024;  // fetched ahead for one reader; then fetching pauses
  std::size_t max_readers = 1'024;                     // one more is answered errc::busy
  std::size_t max_answer_bytes = 1024u * 1024;         // of one answer of LogReader::next(), unless one entry is larger
  std::chrono::milliseconds query_interval{5};         // bounds questions of this long share one request
  std::chrono::milliseconds query_timeout{1'000};
  std::size_t max_waiting_bounds = 1'024;  // one more is errc::busy

  // Groups (Log::join). A member that the brokers have not heard for `session_timeout` is taken for dead, and one that
  // has not heard them for as long gives up what it held. One whose executor stands still for `max_poll_interval`
  // leaves.
  std::chrono::milliseconds session_timeout{10'000};
  std::chrono::milliseconds heartbeat_interval{1'000};
  std::chrono::milliseconds max_poll_interval{30'000};
  std::chrono::milliseconds rejoin_pause{1'000};   // after an error that ended a member, before the next one joins
  std::chrono::milliseconds leave_timeout{2'000};  // a good-bye without an answer; then the session timeout does it
  std::size_t max_memberships = 16;                // at a time; one more is a mistake of ours

  std::chrono::milliseconds close_timeout{2'000};  // what has no answer by then is dropped with the log
};

inline constexpr std::chrono::hours kMinRetention{24 * 7};
// A batch of records may be this large, Kafka's own default for max.message.bytes; the topic must take it.
inline constexpr std::size_t kMaxBatchBytes = 1'048'588;

// A sentence that names the bad key; nothing when all is well.
[[nodiscard]] std::optional<std::string> validate(const Config& config);

// A sentence to warn with, for a librdkafka that sends SCRAM's nonce twice (before 2.6.1), which current brokers
// refuse. `version` as in rd_kafka_version(): 0x020601ff is 2.6.1.
[[nodiscard]] std::optional<std::string> scram_warning(const Security& security, int version);

[[nodiscard]] const char* name_of(Security::Protocol protocol);    // "sasl_ssl"
[[nodiscard]] const char* name_of(Security::Mechanism mechanism);  // "SCRAM-SHA-256"

}  // namespace skat::log::kafka
