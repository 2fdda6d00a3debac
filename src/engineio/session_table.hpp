// SessionTable: the sessions of one loop, by sid, with what they share: timers, the end of the turn, counts.
// Lives on: one loop.
// Ends by: destruction; sessions still open are destroyed without a word to their listeners.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "engineio/session_host.hpp"
#include "engineio/session_impl.hpp"

namespace skat::engineio {

class SessionTable final : public SessionHost, public TransportListener {
 public:
  SessionTable(const Config& config, base::Executor& executor);
  ~SessionTable() override;

  SessionImpl& add(std::unique_ptr<SessionImpl> session);
  // nullptr: no such session. A session whose time is up is gone: its timers are looked at first, since the loop's may
  // be some milliseconds late.
  [[nodiscard]] SessionImpl* find(std::string_view sid);
  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }
  void close_all(CloseReason reason);
  // For a WebSocket that finds nothing to upgrade: closes it at once.
  void reject(std::shared_ptr<net::HttpExchange> exchange, std::vector<net::Header> headers);

  // SessionHost
  [[nodiscard]] const Config& config() const noexcept override { return config_; }
  [[nodiscard]] base::SteadyTime now() const override { return executor_.now(); }
  [[nodiscard]] SessionCounts& counts() noexcept override { return counts_; }
  [[nodiscard]] const SessionCounts& counts() const noexcept { return counts_; }
  void end_turn_later(SessionImpl& session) override;
  void forget(SessionImpl& session) override;
  void wait(DeadlineHook& hook, Waiting what, base::SteadyTime until) override;
  void linger(std::unique_ptr<Transport> transport) override;

  // TransportListener, for those that linger.
  bool on_packet(Transport& from, const Packet& packet) override;
  void on_transport_end(Transport& from, CloseReason reason) override;

 private:
  struct BySid {
    using is_transparent = void;
    static std::string_view sid(const std::unique_ptr<SessionImpl>& session) noexcept { return session->sid(); }
    static std::string_view sid(std::string_view text) noexcept { return text; }
    std::size_t operator()(const auto& of) const noexcept { return std::hash<std::string_view>{}(sid(of)); }
    bool operator()(const auto& a, const auto& b) const noexcept { return sid(a) == sid(b); }
  };
  struct ByAddress {
    using is_transparent = void;
    static const Transport* address(const std::unique_ptr<Transport>& transport) noexcept { return transport.get(); }
    static const Transport* address(const Transport* transport) noexcept { return transport; }
    std::size_t operator()(const auto& of) const noexcept { return std::hash<const Transport*>{}(address(of)); }
    bool operator()(const auto& a, const auto& b) const noexcept { return address(a) == address(b); }
  };

  void end_turn();
  void wake();

  // Set at construction.
  const Config& config_;
  base::Executor& executor_;
  // Loop only.
  SessionCounts counts_;
  DeadlineQueue ping_due_, pong_due_, close_due_, upgrade_due_;
  std::unordered_set<std::unique_ptr<SessionImpl>, BySid, BySid> sessions_;
  std::unordered_set<std::unique_ptr<Transport>, ByAddress, ByAddress> lingering_;
  std::vector<SessionImpl*> ending_turn_;
  std::vector<std::unique_ptr<SessionImpl>> forgotten_;       // destroyed at the end of the turn
  std::vector<std::unique_ptr<Transport>> spent_transports_;  // likewise
  bool woken_ = false;
};

}  // namespace skat::engineio
