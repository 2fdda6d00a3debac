// result<T>: an expected failure is a value, never an exception (ARCHITECTURE.md, "Failure").
// A room's errc.hpp maps its codes onto `condition`; callers ask `error == condition::retryable`.
#pragma once

#include <boost/system/error_code.hpp>
#include <boost/system/result.hpp>

namespace skat {

template <class T>
using result = boost::system::result<T>;
using error_code = boost::system::error_code;

// What a caller may do about a failure; each room's category answers equivalent().
enum class condition {
  retryable = 1,  // the same request may succeed later; nothing is known to have happened
  unknown,        // it may or may not have happened: repeat with the same id
  refused,        // final: it can never appear
  gone,           // the thing asked for does not exist (any more)
  corrupt,        // stored or received bytes break their format
};

error_code make_error_code(condition) = delete;
boost::system::error_condition make_error_condition(condition c) noexcept;

}  // namespace skat

template <>
struct boost::system::is_error_condition_enum<skat::condition> : std::true_type {};
