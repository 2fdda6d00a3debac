// NamespaceTable: the namespaces of one server: those registered by name, and the children that patterns have made.
// Lives on: the server's loop.
// Ends by: the server's end.
#pragma once

#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "socketio/cluster_link.hpp"
#include "socketio/config.hpp"
#include "socketio/live_namespace.hpp"

namespace skat::socketio {

class NamespaceTable {
 public:
  using Matches = base::Function<bool(std::string_view name)>;
  using SetUp = base::Function<void(Namespace&)>;

  NamespaceTable(base::Executor& loop, const Config& config, ClusterLink& cluster)
      : loop_(loop), config_(config), cluster_(cluster), retired_(std::make_shared<Retired>()) {}
  ~NamespaceTable();
  NamespaceTable(const NamespaceTable&) = delete;
  NamespaceTable& operator=(const NamespaceTable&) = delete;

  // Creates it on first use; a child of that name becomes one that stays.
  LiveNamespace& of(std::string_view name);
  void add_pattern(Matches matches, SetUp set_up) { patterns_.push_back({std::move(matches), std::move(set_up)}); }
  // For a CONNECT: the one of that name, or a child that the first matching pattern makes. errc::unknown_namespace,
  // errc::too_many_namespaces.
  [[nodiscard]] result<std::shared_ptr<LiveNamespace>> open(std::string_view name);
  // Null when there is none.
  [[nodiscard]] LiveNamespace* find(std::string_view name) const;

 private:
  struct Entry {
    std::shared_ptr<LiveNamespace> nsp;  // shared: its sockets keep it too
    bool child;
  };
  struct Pattern {
    Matches matches;
    SetUp set_up;
  };
  using Retired = std::vector<std::shared_ptr<LiveNamespace>>;

  std::shared_ptr<LiveNamespace> add(std::string name, bool child);
  void retire(const LiveNamespace& child);

  // Set at construction.
  base::Executor& loop_;
  const Config& config_;
  ClusterLink& cluster_;

  // Loop only.
  std::unordered_map<std::string_view, Entry> by_name_;  // keys: their names
  std::deque<Pattern> patterns_;                         // a deque: one may be added while another runs
  std::size_t children_ = 0;
  // Emptied when the loop's turn is over: one of their functions may be running. Shared with that task.
  const std::shared_ptr<Retired> retired_;
};

}  // namespace skat::socketio
