// Members of a JSON object, read from its raw text. Pure functions. The text was checked by scan_json before (event
// arguments and auth payloads were).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace skat::socketio {

// The raw value of that member of `object`; of duplicate keys the last one counts. Nothing when there is no such member
// or `object` is some other kind of value.
[[nodiscard]] std::optional<std::string_view> json_member(std::string_view object, std::string_view name);
// The same, for a member that is a string: its text.
[[nodiscard]] std::optional<std::string> json_string_member(std::string_view object, std::string_view name);

}  // namespace skat::socketio
