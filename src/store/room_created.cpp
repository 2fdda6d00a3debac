#include "store/room_created.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

#include "base/result.hpp"

namespace skat::store {

std::optional<RoomCreated> parse_room_created(std::string_view body) {
  error_code error;
  const boost::json::value value = boost::json::parse({body.data(), body.size()}, error);
  const auto* object = error ? nullptr : value.if_object();
  if (object == nullptr) return std::nullopt;
  const auto* name = object->if_contains("room_name");
  const auto* access = object->if_contains("access");
  if (name == nullptr || access == nullptr || !name->is_string() || !access->is_string()) return std::nullopt;
  const auto parsed = model::parse_access(std::string_view(access->get_string()));
  if (!parsed) return std::nullopt;
  return RoomCreated{std::string(name->get_string()), *parsed};
}

}  // namespace skat::store
