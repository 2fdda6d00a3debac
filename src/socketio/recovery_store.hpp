// RecoveryStore: what connection state recovery of one namespace needs: the sessions that were lost a moment ago, and
// the packets that went out since.
// Lives on: the namespace's loop; a client that comes back on another loop is not known there (decision 0005).
// Ends by: the namespace's end.
// Spec: Socket.IO protocol v5, connection state recovery.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/executor.hpp"
#include "engineio/frame.hpp"
#include "socketio/config.hpp"
#include "socketio/selection.hpp"

namespace skat::socketio {

class RecoveryStore {
 public:
  using Position = std::uint64_t;  // number of a packet

  struct Session {
    std::string pid, sid;
    std::vector<RoomName> rooms;
    std::shared_ptr<void> data;  // the socket's own
  };
  struct Taken {
    Session session;
    Position seen;  // the last packet that the client has
  };

  RecoveryStore(const RecoveryConfig& config, base::Executor& loop);
  ~RecoveryStore();
  RecoveryStore(const RecoveryStore&) = delete;
  RecoveryStore& operator=(const RecoveryStore&) = delete;

  // A secret of 168 random bits: who knows it is the session.
  [[nodiscard]] static std::string make_pid();

  // The offset that belongs at the end of the next packet's arguments, and that packet. The oldest go at the limits.
  [[nodiscard]] std::string next_offset() const;
  void append(Selection to, std::vector<engineio::Frame> frames);

  // A session that was lost. The oldest go at the limits.
  void keep(Session session);
  // That session, which is forgotten here: a pid is good for one return. Nothing if it is unknown or too old, or if
  // what came after `offset` is not all here any more. The secret is compared in constant time.
  [[nodiscard]] std::optional<Taken> take(std::string_view pid, std::string_view offset);
  // The packets after `seen` that the session would have got; nothing if some are gone or they are too many.
  [[nodiscard]] std::optional<std::vector<std::vector<engineio::Frame>>> missed(const Session& session, Position seen);

  [[nodiscard]] std::size_t sessions() const noexcept { return sessions_.size(); }
  [[nodiscard]] std::size_t packets() const noexcept { return packets_.size(); }

 private:
  struct Packet {
    base::SteadyTime sent;
    Selection to;
    std::vector<engineio::Frame> frames;
    std::size_t bytes;
  };
  struct Kept {
    base::SteadyTime lost;
    Session session;
    std::size_t bytes;
  };
  using Kepts = std::list<Kept>;

  [[nodiscard]] std::optional<Position> parse(std::string_view offset) const;
  [[nodiscard]] bool is_complete_after(Position seen) const;
  void drop_packet();
  void drop_session(Kepts::iterator kept);
  void expire();
  void arm();

  // Set at construction.
  const RecoveryConfig& config_;
  base::Executor& loop_;
  const std::string epoch_;  // of every offset: those of another store or process are unknown

  // Loop only.
  std::deque<Packet> packets_;  // numbered first_, first_ + 1, …
  Position first_ = 1;
  std::size_t packet_bytes_ = 0;
  Kepts sessions_;                                               // oldest first
  std::unordered_map<std::string_view, Kepts::iterator> known_;  // keys: the first part of their pids
  std::size_t session_bytes_ = 0;
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;  // set while anything is kept
};

}  // namespace skat::socketio
