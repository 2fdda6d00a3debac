// An event's body, as protocol/events.md shows it. The bytes follow from the record alone: members in the order shown,
// no white space, strings escaped as docs/log-format.md does ("Writing").
#pragma once

#include <string>
#include <string_view>

#include "model/record.hpp"

namespace skat::fold {

[[nodiscard]] std::string message_body(std::string_view name, std::string_view text);
[[nodiscard]] std::string room_created_body(std::string_view name, std::string_view room_name, model::Access access);
[[nodiscard]] std::string member_body(std::string_view name);

}  // namespace skat::fold
