#include "socketio/namespace_table.hpp"

#include <string>
#include <utility>

namespace skat::socketio {

LiveNamespace& NamespaceTable::of(std::string_view name) {
  std::string full(name.starts_with('/') ? "" : "/");
  full += name;
  if (LiveNamespace* known = find(full)) return *known;
  auto made = std::make_shared<LiveNamespace>(std::move(full), loop_, config_);
  LiveNamespace& nsp = *made;
  by_name_.emplace(nsp.name(), std::move(made));
  return nsp;
}

LiveNamespace* NamespaceTable::find(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : it->second.get();
}

}  // namespace skat::socketio
