// Node: chat on one running process: submit, owners, archiver, room feeds, history, streams, identity, typing.
// Lives on: the core executor. Every method is called there and every callback runs there; the gateway's loops reach it
// through the mailbox "core.requests" and carry answers back through their own (docs/threads.md).
// Ends by: stop(), then destruction on the core thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/executor.hpp"
#include "bus/bus.hpp"
#include "chat/config.hpp"
#include "chat/errc.hpp"
#include "chat/fanout.hpp"
#include "chat/local_copies.hpp"
#include "chat/presence.hpp"
#include "chat/types.hpp"
#include "log/log.hpp"
#include "store/store.hpp"

namespace skat::chat {

struct NodeStats {
  std::uint64_t events = 0, duplicates = 0, refused = 0, archived = 0, pending = 0, feeds = 0, rooms = 0;
  std::uint64_t archive_lag = 0;  // events folded but not archived
  std::uint64_t archive_commits = 0, resyncs = 0, dead_letters = 0;
  // Partitions that this node owns, that it relies on another node for, and that it follows because it cannot.
  std::uint64_t owned = 0, relied_on = 0, tail = 0;
};

class Node {
 public:
  virtual ~Node() = default;

  // Loads the folds, catches up to the log's end, makes the lobby if it is missing; `ready` once. Until then every
  // request answers errc::unavailable.
  virtual void start(Done<void> ready) = 0;
  // What start() waits for now, for people; empty once it has ended.
  [[nodiscard]] virtual std::string waiting_for() const = 0;
  // Takes no more requests, waits for what was appended (at most config.drain_timeout), archives, writes snapshots.
  virtual void stop(base::Function<void()> stopped) = 0;

  virtual void authenticate(Credentials credentials, Done<Welcome> done) = 0;
  virtual void create_room(Identity who, std::string name, model::Access access, Done<RoomInfo> done) = 0;
  virtual void list_rooms(std::string after, std::size_t limit, Done<RoomListPage> done) = 0;
  virtual void room_info(model::RoomId room, model::UserId user, Done<RoomInfo> done) = 0;
  // member.join, member.leave, message.send. P1, P3, P7 (README).
  virtual void submit(Submission submission, Done<Accepted> done) = 0;
  // A message of namespace "/": into the lobby, as kAnonymousUser, device and n of this node.
  virtual void submit_anonymous(std::string text, Done<Accepted> done) = 0;
  virtual void history(HistoryRequest request, Done<HistoryPage> done) = 0;
  // Subscribes the loop to the room (if it is not yet) and answers the range the cursor lacks. P5.
  virtual void open_stream(StreamRequest request, Done<StreamStart> done) = 0;
  // The loop has no socket left in the room, and no open_stream() of it is unanswered.
  virtual void close_stream(LoopIndex loop, model::RoomId room) = 0;
  virtual void typing(Identity who, model::RoomId room, bool on) = 0;
  // Clamped to the head, monotonic; the answer is the marker that now holds.
  virtual void mark_read(Identity who, model::RoomId room, model::Seq seq, Done<store::ReadMarker> done) = 0;

  // Whose sockets the loop has, and how they are now: those of whom something has changed since the last report.
  virtual void people(LoopIndex loop, std::vector<PersonHere> people) = 0;
  // Who is in the room now. The asker has its stream open here. Ephemeral: what is not known yet comes by Fanout.
  virtual void presence(model::RoomId room, Done<PresenceNews> done) = 0;

  [[nodiscard]] virtual NodeStats stats() const = 0;
};

// `copies`: with it the node starts without the store, if it has been ready before. nullptr: it keeps none.
[[nodiscard]] std::unique_ptr<Node> make_node(const Config& config, base::Executor& core, log::Log& log, bus::Bus& bus,
                                              store::Store& store, Fanout& fanout, LocalCopies* copies = nullptr);

}  // namespace skat::chat
