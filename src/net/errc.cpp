#include "net/errc.hpp"

#include <string>

namespace skat::net {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "skat.net"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
      case errc::bad_address:
        return "not an IP address of this machine";
      case errc::port_taken:
        return "the port is taken: another process listens there";
      case errc::not_permitted:
        return "no permission to listen on this port";
      case errc::no_descriptors:
        return "no file descriptor is left";
      case errc::bind_failed:
        return "the socket cannot be bound";
      case errc::bad_certificate:
        return "the certificate file cannot be read, or is not in PEM form";
      case errc::bad_key:
        return "the key file cannot be read, or is not in PEM form without a passphrase";
      case errc::key_mismatch:
        return "the key does not belong to the certificate";
    }
    return "unknown error";
  }
  bool equivalent(int value, const boost::system::error_condition& wanted) const noexcept override {
    const auto code = static_cast<errc>(value);
    const bool retryable = code == errc::port_taken || code == errc::no_descriptors;
    return wanted == make_error_condition(retryable ? condition::retryable : condition::refused);
  }
};

}  // namespace

error_code make_error_code(errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

}  // namespace skat::net
