// What people ask of chat and what they get: plain values between the gateway's loops and the core thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/result.hpp"
#include "model/event.hpp"
#include "model/record.hpp"

namespace skat::chat {

template <class T>
using Done = base::Function<void(result<T>)>;

using LoopIndex = std::size_t;

// Who speaks, on which device; proven by authenticate().
struct Identity {
  model::UserId user;
  std::string name;
  model::DeviceId device;
};

// The CONNECT payload of /chat: a name makes a new guest, a token goes on as the one it was issued to.
struct Credentials {
  std::optional<std::string> name;
  std::optional<std::string> token;
  bool new_device = false;  // with a token: same user, but issue another device (a second tab)
};

// A position in a room's numbers. Numbers of another epoch mean nothing.
struct Cursor {
  model::Epoch epoch;
  model::Seq seq;
};

struct RoomInfo {
  model::RoomId id;
  std::string name;
  model::Access access = model::Access::open;
  model::Epoch epoch;
  model::Seq seq;    // head
  model::MSeq mseq;  // head
  model::Seq read_seq;
  model::MSeq read_mseq;
  std::uint64_t members = 0;
};

struct Welcome {
  Identity identity;
  std::string token;            // to come back with; a new one only when a user or device was made, else the given one
  std::vector<RoomInfo> rooms;  // mine, the lobby first
  bool rooms_complete = true;   // false: the store is away, the list may lack rooms
};

// A request that goes through the log. Without n the node gives device and n of its own (at-least-once for the client).
struct Submission {
  model::RecordKind kind{};
  model::RoomId room;
  Identity who;
  std::optional<model::N> n;
  std::string text;
};

struct Accepted {
  model::Seq seq;
  std::optional<model::MSeq> mseq;
  model::Epoch epoch;
  base::WallTime ts;
};

struct HistoryRequest {
  model::RoomId room;
  model::UserId user;
  std::optional<model::Seq> before, after;  // one of them, or neither: the newest page
  std::size_t limit = 50;                   // messages
};

// An event as it goes over every wire: encoded once.
struct FeedEvent {
  model::RoomId room;
  model::Seq seq;
  model::EventKind kind{};
  model::UserId sender;
  base::Bytes json;  // the object of protocol/events.md, "event"
};
using FeedEventPtr = std::shared_ptr<const FeedEvent>;  // every loop of the node shares it

struct HistoryPage {
  model::Epoch epoch;
  std::vector<FeedEventPtr> events;  // ascending seq
  model::Seq head;
  bool more = false;     // further events in the asked direction
  bool complete = true;  // false: some events could not be read now; ask again later
};

struct StreamRequest {
  LoopIndex loop = 0;
  model::RoomId room;
  model::UserId user;
  std::optional<Cursor> from;  // nullopt: from the head on
};

// The answer to a stream request. After it, every event of the room above `head` is given to Fanout for that loop, in
// order; events up to `head` may also have been given to the loop before it (other sockets) and are not in `events`
// twice. `resync`: the cursor is of another epoch, above the head, or too far behind; the stream starts at the head.
struct StreamStart {
  model::Epoch epoch;
  model::Seq head;
  model::MSeq head_mseq;
  bool resync = false;
  std::vector<FeedEventPtr> events;  // from.seq < seq ≤ head
};

struct RoomListPage {
  std::vector<RoomInfo> rooms;
  std::optional<std::string> next;  // cursor of the next page
};

}  // namespace skat::chat
