// The one table from an error to what a client reads: protocol/errors.md.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skat::gateway {

struct WireError {
  std::string_view code;
  std::string_view retry;    // "no" final, "yes" nothing happened, "same" repeat with the same n
  std::string_view message;  // a sentence for people
};

// By code where the table has it, else by condition; never empty.
[[nodiscard]] const WireError& to_wire(const error_code& error) noexcept;

// {"code","message","retry"}
[[nodiscard]] std::string encode_error_object(const error_code& error);
// {"error":{…}}: the answer to a refused request.
[[nodiscard]] std::string encode_error(const error_code& error);

}  // namespace skat::gateway
