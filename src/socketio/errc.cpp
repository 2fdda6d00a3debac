#include "socketio/errc.hpp"

namespace skat::socketio {
namespace {

class Category final : public boost::system::error_category {
 public:
  const char* name() const noexcept override { return "socketio"; }
  std::string message(int code) const override {
    switch (static_cast<errc>(code)) {
      case errc::violation:
        return "the packet breaks the protocol";
      case errc::ack_timeout:
        return "operation has timed out";
      case errc::disconnected:
        return "socket has been disconnected";
      case errc::too_many_acks:
        return "too many acknowledgements are pending";
      case errc::unknown_namespace:
        return "Invalid namespace";
      case errc::too_many_namespaces:
        return "Too many namespaces";
      case errc::cluster_timeout:
        return "another server has not answered in time";
    }
    return "unknown socketio error";
  }
  boost::system::error_condition default_error_condition(int code) const noexcept override {
    switch (static_cast<errc>(code)) {
      case errc::violation:
        return condition::corrupt;
      case errc::ack_timeout:
        return condition::unknown;
      case errc::disconnected:
        return condition::gone;
      case errc::too_many_acks:
      case errc::cluster_timeout:
        return condition::retryable;
      case errc::unknown_namespace:
      case errc::too_many_namespaces:
        return condition::refused;
    }
    return {code, *this};
  }
};

}  // namespace

error_code make_error_code(errc code) noexcept {
  static const Category category;
  return {static_cast<int>(code), category};
}

}  // namespace skat::socketio
