// RoomStreams: who on this loop hears which room, and from which number on. Every stream is `joining` (the missed range
// is on its way; newer events are kept) or live (the socket is in the room, broadcasts reach it). One FIFO a (socket,
// room). Lives on: one loop. Ends by: destruction; sockets end before it, by drop().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/function.hpp"
#include "base/result.hpp"
#include "chat/types.hpp"
#include "engineio/frame.hpp"
#include "gateway/wire_answers.hpp"
#include "model/ids.hpp"

namespace skat::gateway {

// A room's event on its way to the sockets: encoded once on the core, shared by all loops.
struct OutgoingEvent {
  chat::FeedEventPtr event;
  engineio::Frame frame;       // `event` of namespace "/chat"
  engineio::Frame root_frame;  // `message` of namespace "/"; null unless it is a message of the lobby
};
using OutgoingEventPtr = std::shared_ptr<const OutgoingEvent>;

// What a stream knows of its socket.
class StreamSocket {
 public:
  virtual ~StreamSocket() = default;
  virtual void send(const engineio::Frame& frame) = 0;
  virtual void join(const std::string& room_name) = 0;
  virtual void leave(const std::string& room_name) = 0;
  // The stream has ended; the client loads the room again.
  virtual void resync(const model::RoomId& room, std::string_view reason) = 0;
};
using StreamSocketPtr = std::shared_ptr<StreamSocket>;

// How streams are asked of chat, and how live events leave.
class StreamSource {
 public:
  virtual ~StreamSource() = default;
  // `done` runs later, on this loop; chat::errc::busy may come at once.
  virtual void open_stream(chat::StreamRequest request, chat::Done<chat::StreamStart> done) = 0;
  virtual void close_stream(const model::RoomId& room) = 0;
  virtual void broadcast(const std::string& room_name, const engineio::Frame& frame) = 0;
};

class RoomStreams {
 public:
  using Done = base::Function<void(result<StreamAnswer>)>;
  // Kept alive until the streams it waits for have ended; a leave is acknowledged when the last copy is gone.
  using Token = std::shared_ptr<void>;

  RoomStreams(chat::LoopIndex loop, StreamSource& source, std::size_t max_streams_per_socket);
  ~RoomStreams();
  RoomStreams(const RoomStreams&) = delete;
  RoomStreams& operator=(const RoomStreams&) = delete;

  // Opens (or opens anew) the socket's stream of a room. The missed events are sent before `done` runs. A stream that
  // was still joining is given up: its `done` gets errc::busy.
  void open(const StreamSocketPtr& socket, const model::UserId& user, const model::RoomId& room,
            std::optional<chat::Cursor> from, Done done);
  [[nodiscard]] bool has_stream(const StreamSocketPtr& socket, const model::RoomId& room) const;
  // Its range is out: what the room says is the user's to know.
  [[nodiscard]] bool has_begun(const StreamSocketPtr& socket, const model::RoomId& room) const;
  // Ends all streams of a socket that is gone. May be called while the socket is being sent to.
  void drop(const StreamSocketPtr& socket);

  // From chat, in order. False: known already, or no socket here hears the room.
  bool on_event(const OutgoingEventPtr& out);
  void on_resync(const model::RoomId& room, std::string_view reason);
  // The user left with event `seq`: his streams end once that event is out (now, if it is).
  void end_user(const model::RoomId& room, const model::UserId& user, model::Seq seq, Token token);

  [[nodiscard]] std::size_t room_count() const noexcept { return rooms_.size(); }
  [[nodiscard]] std::uint64_t resyncs() const noexcept { return resyncs_; }

 private:
  struct Joining;
  struct Stream;
  struct Room;
  class Turn;
  using Streams = std::unordered_map<StreamSocket*, Stream>;

  void ask(const model::RoomId& id, Room& room, StreamSocket* key, std::optional<chat::Cursor> from);
  void on_start(const model::RoomId& id, StreamSocket* key, std::uint64_t attempt, result<chat::StreamStart> start);
  void begin(const model::RoomId& id, Room& room, StreamSocket* key, chat::StreamStart start);
  void send_kept(Room& room, StreamSocket* key);
  void go_live_if_due(Room& room, StreamSocket* key);
  void keep_for_joining(Room& room, const OutgoingEventPtr& out);
  void resync_live(const model::RoomId& id, Room& room, std::string_view reason);
  void end_streams_of(const model::RoomId& id, Room& room, const model::UserId& user);
  void end_stream(const model::RoomId& id, Room& room, StreamSocket* key);
  void release_tokens(Room& room, model::Seq up_to);
  void close_if_empty(const model::RoomId& id);
  void drop_now(StreamSocket* key);

  // set at construction
  const chat::LoopIndex loop_;
  StreamSource& source_;
  const std::size_t max_streams_per_socket_;

  // loop only
  std::unordered_map<model::RoomId, Room> rooms_;
  std::unordered_map<StreamSocket*, std::vector<model::RoomId>> rooms_of_;
  std::uint64_t last_attempt_ = 0;
  std::uint64_t resyncs_ = 0;
  int turn_depth_ = 0;                       // > 0: rooms_ is being walked; drop() waits
  std::vector<StreamSocketPtr> late_drops_;  // kept alive: their addresses are keys
};

}  // namespace skat::gateway
