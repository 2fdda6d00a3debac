// What a TLS connection to Redis stands on: whom it trusts, and the certificate of our own. For redis_connection.cpp.
#pragma once

#include <memory>
#include <string>

#include "bus/redis/config.hpp"

namespace boost::asio::ssl {
class context;
}

namespace skat::bus::redis {

struct MadeTlsContext {
  std::unique_ptr<boost::asio::ssl::context> context;
  std::string problem;  // a sentence, when there is none
};

// TLS 1.2 or 1.3. Reads the files.
[[nodiscard]] MadeTlsContext make_tls_context(const Tls& tls);
// The same without the result: what the start can already know.
[[nodiscard]] std::string tls_problem(const Tls& tls);

}  // namespace skat::bus::redis
