#include "model/record.hpp"

namespace skat::model {

const char* to_text(Access access) noexcept {
  switch (access) {
    case Access::everyone:
      return "everyone";
    case Access::open:
      return "open";
    case Access::closed:
      break;
  }
  return "closed";
}

std::optional<Access> parse_access(std::string_view text) noexcept {
  for (const auto access : {Access::everyone, Access::open, Access::closed}) {
    if (text == to_text(access)) return access;
  }
  return std::nullopt;
}

}  // namespace skat::model
