#include "chat/peer_message.hpp"

#include <fmt/format.h>

#include <type_traits>

#include "chat/byte_codec.hpp"
#include "chat/feed_message.hpp"

namespace skat::chat {
namespace {

constexpr char kBeat = 'B', kOutcomes = 'O', kQuestion = 'Q', kAnswer = 'A';
constexpr std::size_t kHeldBytes = 26, kKeyBytes = 48, kRoomBytes = 16, kFactsBytes = 42;

std::uint16_t code_of(error_code error) {
  const bool ours = error.category() == make_error_code(errc::unknown).category();
  return static_cast<std::uint16_t>(ours ? error.value() : static_cast<int>(errc::unavailable));
}

error_code error_of(std::uint16_t code) {
  const bool known = code >= static_cast<int>(errc::bad_name) && code <= static_cast<int>(errc::shutting_down);
  return known ? static_cast<errc>(code) : errc::unavailable;
}

void put(ByteWriter& out, const EventKey& key) {
  out.put(key.room).put(key.sender).put(key.device).put(key.n);
}
void get(ByteReader& in, EventKey& key) {
  in.get(key.room);
  in.get(key.sender);
  in.get(key.device);
  in.get(key.n);
}

void put(ByteWriter& out, const Accepted& accepted) {
  out.put(accepted.seq).put(accepted.mseq).put(accepted.epoch).put(accepted.ts);
}
void get(ByteReader& in, Accepted& accepted) {
  in.get(accepted.seq);
  in.get(accepted.mseq);
  in.get(accepted.epoch);
  in.get(accepted.ts);
}

void put(ByteWriter& out, const RoomFacts& facts) {
  out.put(facts.room).put(facts.epoch).put(facts.may_read).put(facts.marker.seq).put(facts.marker.mseq);
  out.put(facts.view.has_value());
  if (!facts.view) return;
  const fold::RoomView& view = *facts.view;
  out.put(view.seq).put(view.mseq).put(std::string_view(view.name)).put(static_cast<std::uint8_t>(view.access));
  out.put(view.owner).put(std::uint64_t{view.members});
}
// False: not a room.
bool get(ByteReader& in, RoomFacts& facts) {
  in.get(facts.room);
  in.get(facts.epoch);
  in.get(facts.may_read);
  in.get(facts.marker.seq);
  in.get(facts.marker.mseq);
  if (!in.get<bool>()) return in.ok();
  fold::RoomView& view = facts.view.emplace();
  in.get(view.seq);
  in.get(view.mseq);
  in.get(view.name);
  const auto access = in.get<std::uint8_t>();
  if (access > static_cast<std::uint8_t>(model::Access::closed)) return false;
  view.access = static_cast<model::Access>(access);
  in.get(view.owner);
  view.members = in.get<std::uint64_t>();
  return in.ok();
}

// ---- Questions

void put(ByteWriter& out, const FactsQuestion& question) {
  out.put(question.user).put(question.recent).put(static_cast<std::uint32_t>(question.rooms.size()));
  for (const model::RoomId& room : question.rooms) out.put(room);
}
void get(ByteReader& in, FactsQuestion& question) {
  in.get(question.user);
  in.get(question.recent);
  for (auto left = in.length(kRoomBytes); left > 0; --left) in.get(question.rooms.emplace_back());
}

void put(ByteWriter& out, const HistoryQuestion& question) {
  const HistoryRequest& request = question.request;
  out.put(request.room).put(request.user).put(request.before).put(request.after);
  out.put(std::uint64_t{request.limit});
}
void get(ByteReader& in, HistoryQuestion& question) {
  HistoryRequest& request = question.request;
  in.get(request.room);
  in.get(request.user);
  in.get(request.before);
  in.get(request.after);
  request.limit = in.get<std::uint64_t>();
}

void put(ByteWriter& out, const RangeQuestion& question) {
  out.put(question.room).put(question.after).put(question.up_to);
}
void get(ByteReader& in, RangeQuestion& question) {
  in.get(question.room);
  in.get(question.after);
  in.get(question.up_to);
}

void put(ByteWriter& out, const StreamQuestion& question) {
  out.put(question.room).put(question.user).put(question.from.has_value());
  if (question.from) out.put(question.from->epoch).put(question.from->seq);
}
void get(ByteReader& in, StreamQuestion& question) {
  in.get(question.room);
  in.get(question.user);
  if (!in.get<bool>()) return;
  Cursor& from = question.from.emplace();
  in.get(from.epoch);
  in.get(from.seq);
}

void put(ByteWriter& out, const MarkQuestion& question) {
  out.put(question.room).put(question.user).put(question.seq).put(question.quiet);
}
void get(ByteReader& in, MarkQuestion& question) {
  in.get(question.room);
  in.get(question.user);
  in.get(question.seq);
  in.get(question.quiet);
}

void put(ByteWriter& out, const OutcomeQuestion& question) {
  put(out, question.key);
}
void get(ByteReader& in, OutcomeQuestion& question) {
  get(in, question.key);
}

// ---- Answers

// Events come last: they are all that is left.
void put_events(ByteWriter& out, model::Epoch epoch, const std::vector<FeedEventPtr>& events, model::RoomId room) {
  EventsMessage message(epoch);
  for (const FeedEventPtr& event : events) message.add(*event);
  out.put(room).raw(std::move(message).take());
}
bool get_events(ByteReader& in, std::vector<FeedEventPtr>& events) {
  const auto room = in.get<model::RoomId>();
  auto message = decode_feed_message(room, in.rest());
  if (!message || !std::holds_alternative<FeedEvents>(*message)) return false;
  events = std::move(std::get<FeedEvents>(*message).events);
  return true;
}
model::RoomId room_of_events(const std::vector<FeedEventPtr>& events) {
  return events.empty() ? model::RoomId{} : events.front()->room;
}

void put(ByteWriter& out, const FactsQuestion::Answer& rooms) {
  out.put(static_cast<std::uint32_t>(rooms.size()));
  for (const RoomFacts& facts : rooms) put(out, facts);
}
bool get(ByteReader& in, FactsQuestion::Answer& rooms) {
  for (auto left = in.length(kFactsBytes); left > 0; --left) {
    if (!get(in, rooms.emplace_back())) return false;
  }
  return in.done();
}

void put(ByteWriter& out, const HistoryPage& page) {
  out.put(page.epoch).put(page.head).put(page.more).put(page.complete);
  put_events(out, page.epoch, page.events, room_of_events(page.events));
}
bool get(ByteReader& in, HistoryPage& page) {
  in.get(page.epoch);
  in.get(page.head);
  in.get(page.more);
  in.get(page.complete);
  return get_events(in, page.events) && in.done();
}

void put(ByteWriter& out, const RangeQuestion::Answer& events) {
  put_events(out, {}, events, room_of_events(events));
}
bool get(ByteReader& in, RangeQuestion::Answer& events) {
  return get_events(in, events) && in.done();
}

void put(ByteWriter& out, const StreamStart& start) {
  out.put(start.epoch).put(start.head).put(start.head_mseq).put(start.resync);
  put_events(out, start.epoch, start.events, room_of_events(start.events));
}
bool get(ByteReader& in, StreamStart& start) {
  in.get(start.epoch);
  in.get(start.head);
  in.get(start.head_mseq);
  in.get(start.resync);
  return get_events(in, start.events) && in.done();
}

void put(ByteWriter& out, const store::ReadMarker& marker) {
  out.put(marker.user).put(marker.room).put(marker.seq).put(marker.mseq);
}
bool get(ByteReader& in, store::ReadMarker& marker) {
  in.get(marker.user);
  in.get(marker.room);
  in.get(marker.seq);
  in.get(marker.mseq);
  return in.done();
}

bool get_whole(ByteReader& in, Accepted& accepted) {
  get(in, accepted);
  return in.done();
}

// ---- Messages

// The alternative number `kind` of a variant, read by `read(in, value)`.
template <class Variant, std::size_t I = 0, class Read>
std::optional<Variant> get_variant(ByteReader& in, std::size_t kind, Read read) {
  if constexpr (I == std::variant_size_v<Variant>) {
    return std::nullopt;
  } else {
    if (kind != I) return get_variant<Variant, I + 1>(in, kind, read);
    std::variant_alternative_t<I, Variant> value{};
    if (!read(in, value)) return std::nullopt;
    return Variant(std::in_place_index<I>, std::move(value));
  }
}

std::optional<PeerMessage> decode_beat(ByteReader& in) {
  Beat beat;
  in.get(beat.node);
  in.get(beat.number);
  for (auto left = in.length(kHeldBytes); left > 0; --left) {
    Beat::Held& held = beat.held.emplace_back();
    in.get(held.partition);
    in.get(held.epoch);
    in.get(held.position);
    in.get(held.rooms);
    in.get(held.full);
    in.get(held.channel);
  }
  for (auto left = in.length(sizeof(std::uint32_t)); left > 0; --left) in.get(beat.channels.emplace_back());
  if (!in.done()) return std::nullopt;
  return beat;
}

std::optional<PeerMessage> decode_outcomes(ByteReader& in) {
  Outcomes outcomes;
  for (auto left = in.length(kKeyBytes + 2); left > 0 && in.ok(); --left) {
    EventKey key;
    get(in, key);
    if (const auto code = in.get<std::uint16_t>(); code != 0) {
      outcomes.push_back({key, error_of(code)});
    } else {
      Accepted accepted;
      get(in, accepted);
      outcomes.push_back({key, accepted});
    }
  }
  if (!in.done()) return std::nullopt;
  return outcomes;
}

std::optional<PeerMessage> decode_question(ByteReader& in) {
  Asked asked;
  in.get(asked.from);
  in.get(asked.id);
  const auto kind = in.get<std::uint8_t>();
  auto question = get_variant<Question>(in, kind, [](ByteReader& fields, auto& value) {
    get(fields, value);
    return fields.done();
  });
  if (!question) return std::nullopt;
  asked.question = std::move(*question);
  return asked;
}

std::optional<PeerMessage> decode_answer(ByteReader& in) {
  const auto id = in.get<std::uint64_t>();
  if (const auto code = in.get<std::uint16_t>(); code != 0) {
    if (!in.done()) return std::nullopt;
    return Answered{id, error_of(code)};
  }
  const auto kind = in.get<std::uint8_t>();
  auto answer = get_variant<Answer>(in, kind, [](ByteReader& fields, auto& value) {
    if constexpr (std::is_same_v<std::decay_t<decltype(value)>, Accepted>) {
      return get_whole(fields, value);
    } else {
      return get(fields, value);
    }
  });
  if (!answer) return std::nullopt;
  return Answered{id, std::move(*answer)};
}

}  // namespace

std::string node_channel(Incarnation node) {
  return fmt::format("node/{:016x}", node);
}

base::Bytes encode(const Beat& beat) {
  ByteWriter out;
  out.raw({&kBeat, 1}).put(beat.node).put(beat.number).put(static_cast<std::uint32_t>(beat.held.size()));
  for (const Beat::Held& held : beat.held) {
    out.put(held.partition).put(held.epoch).put(held.position).put(held.rooms).put(held.full).put(held.channel);
  }
  out.put(static_cast<std::uint32_t>(beat.channels.size()));
  for (const std::uint32_t partition : beat.channels) out.put(partition);
  return std::move(out).take();
}

base::Bytes encode(const Outcomes& outcomes) {
  ByteWriter out;
  out.raw({&kOutcomes, 1}).put(static_cast<std::uint32_t>(outcomes.size()));
  for (const Decided& decided : outcomes) {
    put(out, decided.key);
    out.put(decided.answer ? std::uint16_t{0} : code_of(decided.answer.error()));
    if (decided.answer) put(out, *decided.answer);
  }
  return std::move(out).take();
}

base::Bytes encode(const Asked& asked) {
  ByteWriter out;
  out.raw({&kQuestion, 1}).put(asked.from).put(asked.id).put(static_cast<std::uint8_t>(asked.question.index()));
  std::visit([&out](const auto& question) { put(out, question); }, asked.question);
  return std::move(out).take();
}

base::Bytes encode(const Answered& answered) {
  ByteWriter out;
  out.raw({&kAnswer, 1}).put(answered.id);
  if (!answered.answer) {
    out.put(code_of(answered.answer.error()));
    return std::move(out).take();
  }
  out.put(std::uint16_t{0}).put(static_cast<std::uint8_t>(answered.answer->index()));
  std::visit([&out](const auto& answer) { put(out, answer); }, *answered.answer);
  return std::move(out).take();
}

std::optional<PeerMessage> decode_peer_message(std::string_view bytes) {
  if (bytes.empty()) return std::nullopt;
  ByteReader in(bytes.substr(1));
  switch (bytes.front()) {
    case kBeat:
      return decode_beat(in);
    case kOutcomes:
      return decode_outcomes(in);
    case kQuestion:
      return decode_question(in);
    case kAnswer:
      return decode_answer(in);
    default:
      return std::nullopt;
  }
}

}  // namespace skat::chat
