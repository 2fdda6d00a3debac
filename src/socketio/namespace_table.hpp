// NamespaceTable: the namespaces of one server, by name.
// Lives on: the server's loop.
// Ends by: the server's end.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>

#include "base/executor.hpp"
#include "socketio/config.hpp"
#include "socketio/live_namespace.hpp"

namespace skat::socketio {

class NamespaceTable {
 public:
  NamespaceTable(base::Executor& loop, const Config& config) : loop_(loop), config_(config) {}

  // Creates it on first use.
  LiveNamespace& of(std::string_view name);
  // Null when the application has not registered it.
  [[nodiscard]] LiveNamespace* find(std::string_view name) const;

 private:
  base::Executor& loop_;
  const Config& config_;
  std::unordered_map<std::string_view, std::shared_ptr<LiveNamespace>> by_name_;  // keys: their names
};

}  // namespace skat::socketio
