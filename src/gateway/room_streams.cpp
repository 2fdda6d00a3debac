#include "gateway/room_streams.hpp"

#include <algorithm>
#include <utility>

#include "chat/errc.hpp"
#include "model/limits.hpp"
#include "socketio/server.hpp"

namespace skat::gateway {
namespace {

// Limit: how often a join is begun anew because more came in meanwhile than may be kept; then it is answered `busy`.
constexpr int kMaxJoinRetries = 3;
constexpr std::string_view kLost = "events were lost on the way";

bool follows(const std::vector<OutgoingEventPtr>& kept, model::Seq head) {
  auto expected = head.next();
  for (const auto& out : kept) {
    if (out->event->seq != expected) return false;
    expected = expected.next();
  }
  return true;
}

}  // namespace

struct RoomStreams::Joining {
  std::uint64_t attempt = 0;           // which request of this stream counts
  Done done;                           // empty once answered
  std::vector<OutgoingEventPtr> kept;  // newer live events. Limit: kMaxJoiningEvents
  bool overflow = false;               // an event could not be kept: begin anew at the head
  bool resync = false;                 // the client's cursor does not count
  int retries = 0;
  std::optional<model::Seq> sent_up_to;  // the range is out; live once the room's broadcasts have reached it
};

struct RoomStreams::Stream {
  StreamSocketPtr socket;
  model::UserId user;
  std::unique_ptr<Joining> joining;  // null: live
};

struct RoomStreams::Room {
  struct Leaving {
    model::UserId user;
    model::Seq seq;
    Token token;
  };

  std::string name;                // of the Socket.IO room; made once
  std::optional<model::Seq> last;  // newest event that this loop has seen; unset until the first stream has begun
  Streams streams;
  std::vector<StreamSocket*> joining;
  std::vector<Leaving> leaving;
  std::size_t live = 0;
  std::size_t pending = 0;  // requests without an answer; they keep the room
  bool opened = false;      // chat has opened it for this loop
};

// While one lives, drop() only takes note: a socket that is sent to may end inside the call.
class RoomStreams::Turn {
 public:
  explicit Turn(RoomStreams& streams) : streams_(streams) { ++streams_.turn_depth_; }
  ~Turn() {
    if (--streams_.turn_depth_ > 0) return;
    while (!streams_.late_drops_.empty()) {
      const auto socket = std::move(streams_.late_drops_.back());
      streams_.late_drops_.pop_back();
      streams_.drop_now(socket.get());
    }
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

 private:
  RoomStreams& streams_;
};

RoomStreams::RoomStreams(chat::LoopIndex loop, StreamSource& source, std::size_t max_streams_per_socket)
    : loop_(loop), source_(source), max_streams_per_socket_(max_streams_per_socket) {}
RoomStreams::~RoomStreams() = default;

void RoomStreams::open(const StreamSocketPtr& socket, const model::UserId& user, const model::RoomId& id,
                       std::optional<chat::Cursor> from, Done done) {
  const Turn turn(*this);
  auto& mine = rooms_of_[socket.get()];
  const bool known = std::find(mine.begin(), mine.end(), id) != mine.end();
  if (!known && mine.size() >= max_streams_per_socket_) return done(chat::errc::busy);
  if (!known) mine.push_back(id);

  auto& room = rooms_[id];
  if (room.name.empty()) room.name = id.hex();
  auto& stream = room.streams[socket.get()];
  Done given_up;
  if (stream.socket && !stream.joining) {
    socket->leave(room.name);
    --room.live;
  }
  if (stream.joining) {
    given_up = std::move(stream.joining->done);
  } else {
    room.joining.push_back(socket.get());
  }
  stream.socket = socket;
  stream.user = user;
  stream.joining = std::make_unique<Joining>();
  stream.joining->done = std::move(done);
  ask(id, room, socket.get(), from);
  if (given_up) given_up(chat::errc::busy);
}

// `room` may be gone afterwards: the answer can come at once.
void RoomStreams::ask(const model::RoomId& id, Room& room, StreamSocket* key, std::optional<chat::Cursor> from) {
  const auto attempt = ++last_attempt_;
  auto& stream = room.streams.at(key);
  stream.joining->attempt = attempt;
  ++room.pending;
  source_.open_stream(
      chat::StreamRequest{loop_, id, stream.user, from},
      [this, id, key, attempt](result<chat::StreamStart> start) { on_start(id, key, attempt, std::move(start)); });
}

void RoomStreams::on_start(const model::RoomId& id, StreamSocket* key, std::uint64_t attempt,
                           result<chat::StreamStart> start) {
  const Turn turn(*this);
  auto& room = rooms_.at(id);  // kept by `pending`
  --room.pending;
  room.opened |= start.has_value();
  const auto found = room.streams.find(key);
  if (found == room.streams.end() || !found->second.joining || found->second.joining->attempt != attempt) {
    return close_if_empty(id);  // dropped, or asked for anew
  }
  if (!start) {
    auto done = std::move(found->second.joining->done);
    end_stream(id, room, key);
    close_if_empty(id);
    return done(start.error());
  }
  begin(id, room, key, std::move(*start));
  close_if_empty(id);
}

void RoomStreams::begin(const model::RoomId& id, Room& room, StreamSocket* key, chat::StreamStart start) {
  auto& stream = room.streams.at(key);
  auto& joining = *stream.joining;
  joining.resync |= start.resync;

  auto& kept = joining.kept;
  std::erase_if(kept, [&](const OutgoingEventPtr& out) { return out->event->seq <= start.head; });
  const bool missed = kept.empty() && room.last && *room.last > start.head;
  if (joining.overflow || missed || !follows(kept, start.head)) {
    if (++joining.retries > kMaxJoinRetries) {
      auto done = std::move(joining.done);
      end_stream(id, room, key);
      return done(chat::errc::busy);
    }
    kept.clear();
    joining.overflow = false;
    joining.resync = true;
    return ask(id, room, key, std::nullopt);
  }

  for (const auto& event : start.events) {
    stream.socket->send(socketio::encode_event("/chat", "event", event->json));
  }
  const auto reached = kept.empty() ? start.head : kept.back()->event->seq;
  if (!room.last || (room.live == 0 && *room.last < reached)) room.last = reached;
  joining.sent_up_to = reached;
  const StreamAnswer answer{start.epoch, start.head, start.head_mseq, joining.resync};
  auto done = std::move(joining.done);
  send_kept(room, key);
  if (room.streams.contains(key)) go_live_if_due(room, key);
  done(answer);
}

void RoomStreams::send_kept(Room& room, StreamSocket* key) {
  auto& stream = room.streams.at(key);
  const auto kept = std::exchange(stream.joining->kept, {});
  const auto user = stream.user;
  const auto socket = stream.socket;
  for (const auto& out : kept) {
    socket->send(out->frame);
    if (out->event->kind == model::EventKind::member_left && out->event->sender == user) {
      return end_stream(out->event->room, room, key);  // he left while joining: nothing after it is his
    }
  }
}

void RoomStreams::go_live_if_due(Room& room, StreamSocket* key) {
  auto& stream = room.streams.at(key);
  const auto& sent_up_to = stream.joining->sent_up_to;
  if (!sent_up_to || !room.last || *room.last < *sent_up_to) return;
  stream.joining.reset();
  std::erase(room.joining, key);
  ++room.live;
  stream.socket->join(room.name);
}

bool RoomStreams::on_event(const OutgoingEventPtr& out) {
  const Turn turn(*this);
  const auto& event = *out->event;
  const auto found = rooms_.find(event.room);
  if (found == rooms_.end()) {
    source_.close_stream(event.room);  // on its way when the last socket went, or the closing was refused
    return false;
  }
  auto& room = found->second;
  if (room.last && event.seq <= *room.last) return false;
  if (room.last && event.seq != room.last->next()) resync_live(event.room, room, kLost);
  if (room.last) room.last = event.seq;
  if (room.live > 0) source_.broadcast(room.name, out->frame);
  keep_for_joining(room, out);
  if (event.kind == model::EventKind::member_left) end_streams_of(event.room, room, event.sender);
  release_tokens(room, event.seq);
  close_if_empty(event.room);
  return true;
}

void RoomStreams::keep_for_joining(Room& room, const OutgoingEventPtr& out) {
  for (std::size_t i = room.joining.size(); i-- > 0;) {  // backwards: one that goes live leaves the list
    auto* key = room.joining[i];
    auto& joining = *room.streams.at(key).joining;
    if (joining.sent_up_to) {
      go_live_if_due(room, key);
    } else if (joining.kept.size() >= model::kMaxJoiningEvents) {
      joining.overflow = true;
      joining.kept.clear();
    } else if (!joining.overflow) {
      joining.kept.push_back(out);
    }
  }
}

void RoomStreams::on_resync(const model::RoomId& id, std::string_view reason) {
  const Turn turn(*this);
  const auto found = rooms_.find(id);
  if (found == rooms_.end()) return;
  auto& room = found->second;
  resync_live(id, room, reason);
  room.last.reset();
  room.leaving.clear();
  close_if_empty(id);
}

void RoomStreams::resync_live(const model::RoomId& id, Room& room, std::string_view reason) {
  std::vector<StreamSocketPtr> told;
  for (auto& [key, stream] : room.streams) {
    if (!stream.joining || stream.joining->sent_up_to) {
      told.push_back(stream.socket);
    } else if (!stream.joining->kept.empty()) {
      stream.joining->overflow = true;
      stream.joining->kept.clear();
    }
  }
  for (const auto& socket : told) {
    end_stream(id, room, socket.get());
    socket->resync(id, reason);
    ++resyncs_;
  }
}

void RoomStreams::end_user(const model::RoomId& id, const model::UserId& user, model::Seq seq, Token token) {
  const Turn turn(*this);
  const auto found = rooms_.find(id);
  if (found == rooms_.end()) return;
  auto& room = found->second;
  const bool here = std::any_of(room.streams.begin(), room.streams.end(),
                                [&](const auto& entry) { return entry.second.user == user; });
  if (!here || !room.last) return;
  if (*room.last < seq) {
    room.leaving.push_back({user, seq, std::move(token)});
    return;
  }
  end_streams_of(id, room, user);
  close_if_empty(id);
}

// A stream that is still waiting for its range ends when that has come: the leave is among the events kept for it.
void RoomStreams::end_streams_of(const model::RoomId& id, Room& room, const model::UserId& user) {
  std::vector<StreamSocket*> his;
  for (const auto& [key, stream] : room.streams) {
    if (stream.user == user && (!stream.joining || stream.joining->sent_up_to)) his.push_back(key);
  }
  for (auto* key : his) end_stream(id, room, key);
}

void RoomStreams::end_stream(const model::RoomId& id, Room& room, StreamSocket* key) {
  auto node = room.streams.extract(key);
  if (node.empty()) return;
  auto& stream = node.mapped();
  if (stream.joining) {
    std::erase(room.joining, key);
  } else {
    --room.live;
    stream.socket->leave(room.name);
  }
  if (const auto mine = rooms_of_.find(key); mine != rooms_of_.end()) {
    std::erase(mine->second, id);
    if (mine->second.empty()) rooms_of_.erase(mine);
  }
  if (stream.joining && stream.joining->done) stream.joining->done(chat::errc::busy);  // nobody is there to hear it
}

void RoomStreams::release_tokens(Room& room, model::Seq up_to) {
  std::erase_if(room.leaving, [&](const Room::Leaving& leaving) { return leaving.seq <= up_to; });
}

void RoomStreams::close_if_empty(const model::RoomId& id) {
  const auto found = rooms_.find(id);
  if (found == rooms_.end() || !found->second.streams.empty() || found->second.pending > 0) return;
  const bool opened = found->second.opened;
  rooms_.erase(found);
  if (opened) source_.close_stream(id);
}

bool RoomStreams::has_stream(const StreamSocketPtr& socket, const model::RoomId& id) const {
  const auto found = rooms_.find(id);
  return found != rooms_.end() && found->second.streams.contains(socket.get());
}

bool RoomStreams::has_begun(const StreamSocketPtr& socket, const model::RoomId& id) const {
  const auto found = rooms_.find(id);
  if (found == rooms_.end()) return false;
  const auto stream = found->second.streams.find(socket.get());
  if (stream == found->second.streams.end()) return false;
  return !stream->second.joining || stream->second.joining->sent_up_to;
}

void RoomStreams::drop(const StreamSocketPtr& socket) {
  if (turn_depth_ > 0) {
    late_drops_.push_back(socket);
  } else {
    drop_now(socket.get());
  }
}

void RoomStreams::drop_now(StreamSocket* key) {
  const auto mine = rooms_of_.find(key);
  if (mine == rooms_of_.end()) return;
  const auto rooms = mine->second;
  for (const auto& id : rooms) {
    end_stream(id, rooms_.at(id), key);
    close_if_empty(id);
  }
}

}  // namespace skat::gateway
