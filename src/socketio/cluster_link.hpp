// ClusterLink: a server's requests to the others of its cluster, and who waits for their answers.
// Lives on: the server's loop.
// Ends by: the server's end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "socketio/cluster_port.hpp"

namespace skat::socketio {

// Who waits for answers. Held by the link until it says forget().
class ClusterAsker {
 public:
  virtual ~ClusterAsker() = default;
  virtual void on_expected(std::size_t servers) = 0;
  virtual void on_answer(ClusterAnswer answer) = 0;
};

class ClusterLink {
 public:
  explicit ClusterLink(std::size_t limit) : limit_(limit) {}

  void connect(ClusterPort& port) { port_ = &port; }
  // False: this server is alone.
  [[nodiscard]] bool connected() const noexcept { return port_ != nullptr; }

  // Nothing comes back. Does nothing without a port.
  template <class Act>
  void tell(std::string_view nsp, Act act) {
    if (port_ == nullptr) return;
    port_->publish(std::make_shared<const ClusterRequest>(ClusterRequest{std::string(nsp), 0, std::move(act)}));
  }
  // `id` is set before anything is sent: the asker may have all its answers when this returns. Needs a port.
  // Limit: Config::max_cluster_requests; then false and nothing is sent.
  template <class Act>
  [[nodiscard]] bool ask(std::string_view nsp, Act act, std::shared_ptr<ClusterAsker> asker, std::uint64_t& id) {
    if (askers_.size() >= limit_) return false;
    id = ++last_id_;
    askers_.emplace(id, std::move(asker));
    port_->publish(std::make_shared<const ClusterRequest>(ClusterRequest{std::string(nsp), id, std::move(act)}));
    return true;
  }
  void forget(std::uint64_t id) { askers_.erase(id); }

  void on_expected(std::uint64_t id, std::size_t servers) {
    if (const auto asker = find(id)) asker->on_expected(servers);
  }
  void on_answer(std::uint64_t id, ClusterAnswer answer) {
    if (const auto asker = find(id)) asker->on_answer(std::move(answer));
  }

 private:
  [[nodiscard]] std::shared_ptr<ClusterAsker> find(std::uint64_t id) const {
    const auto it = askers_.find(id);
    return it == askers_.end() ? nullptr : it->second;
  }

  const std::size_t limit_;
  ClusterPort* port_ = nullptr;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, std::shared_ptr<ClusterAsker>> askers_;
};

}  // namespace skat::socketio
