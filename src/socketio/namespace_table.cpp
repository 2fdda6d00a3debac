#include "socketio/namespace_table.hpp"

#include <utility>

#include "socketio/errc.hpp"

namespace skat::socketio {

NamespaceTable::~NamespaceTable() {
  for (const auto& [name, entry] : by_name_) entry.nsp->context()->on_empty = nullptr;
}

LiveNamespace& NamespaceTable::of(std::string_view name) {
  std::string full(name.starts_with('/') ? "" : "/");
  full += name;
  const auto known = by_name_.find(full);
  if (known == by_name_.end()) return *add(std::move(full), false);
  if (std::exchange(known->second.child, false)) --children_;
  known->second.nsp->context()->on_empty = nullptr;
  return *known->second.nsp;
}

result<std::shared_ptr<LiveNamespace>> NamespaceTable::open(std::string_view name) {
  if (const auto known = by_name_.find(name); known != by_name_.end()) return known->second.nsp;
  for (auto& pattern : patterns_) {
    if (!pattern.matches(name)) continue;
    if (children_ >= config_.max_child_namespaces) return errc::too_many_namespaces;
    auto made = add(std::string(name), true);
    pattern.set_up(*made);
    return made;
  }
  return errc::unknown_namespace;
}

std::shared_ptr<LiveNamespace> NamespaceTable::add(std::string name, bool child) {
  auto made = std::make_shared<LiveNamespace>(std::move(name), loop_, config_, cluster_);
  by_name_.emplace(made->name(), Entry{made, child});
  if (child) ++children_;
  if (child && config_.cleanup_empty_child_namespaces) {
    made->context()->on_empty = [this, nsp = made.get()] { retire(*nsp); };
  }
  return made;
}

void NamespaceTable::retire(const LiveNamespace& child) {
  auto entry = by_name_.extract(child.name());
  --children_;
  retired_->push_back(std::move(entry.mapped().nsp));
  if (retired_->size() > 1) return;  // the task is on its way
  loop_.post([retired = std::weak_ptr(retired_)] {
    if (const auto all = retired.lock()) all->clear();
  });
}

LiveNamespace* NamespaceTable::find(std::string_view name) const {
  const auto it = by_name_.find(name);
  return it == by_name_.end() ? nullptr : it->second.nsp.get();
}

}  // namespace skat::socketio
