#include "socketio/recovery_store.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>
#include <unordered_set>
#include <utility>

#include "base/encoding.hpp"
#include "base/random.hpp"

namespace skat::socketio {
namespace {

constexpr std::size_t kPidChars = 28;   // of 21 bytes
constexpr std::size_t kNameChars = 8;   // of those: by these a session is found, the others are its secret
constexpr std::size_t kEpochChars = 8;  // of 6 bytes
// A packet may have been lost so long before anybody noticed that the connection was.
constexpr std::chrono::seconds kDetection{60};

template <std::size_t kBytes>
std::string random_text() {
  std::array<std::byte, kBytes> bits;
  base::fill_random(bits);
  return base::to_base64url({reinterpret_cast<const char*>(bits.data()), bits.size()});
}

std::string_view name_of(std::string_view pid) {
  return pid.substr(0, kNameChars);
}

// Takes the same time wherever the two differ.
bool is_same_secret(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<unsigned char>(a[i] ^ b[i]);
  return difference == 0;
}

std::size_t size_of(const std::vector<RoomName>& rooms) {
  std::size_t bytes = 0;
  for (const auto& room : rooms) bytes += sizeof(RoomName) + room.size();
  return bytes;
}

}  // namespace

RecoveryStore::RecoveryStore(const RecoveryConfig& config, base::Executor& loop)
    : config_(config), loop_(loop), epoch_(random_text<6>()) {}

RecoveryStore::~RecoveryStore() {
  loop_.cancel(timer_);
}

std::string RecoveryStore::make_pid() {
  return random_text<21>();
}

std::string RecoveryStore::next_offset() const {
  return epoch_ + '.' + std::to_string(first_ + packets_.size());
}

std::optional<RecoveryStore::Position> RecoveryStore::parse(std::string_view offset) const {
  if (offset.size() < kEpochChars + 2 || offset.substr(0, kEpochChars) != epoch_ || offset[kEpochChars] != '.') {
    return std::nullopt;
  }
  Position position = 0;
  const char* end = offset.data() + offset.size();
  const auto [stop, error] = std::from_chars(offset.data() + kEpochChars + 1, end, position);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return position;
}

bool RecoveryStore::is_complete_after(Position seen) const {
  return seen + 1 >= first_ && seen < first_ + packets_.size();
}

void RecoveryStore::append(Selection to, std::vector<engineio::Frame> frames) {
  std::size_t bytes = sizeof(Packet) + size_of(to.rooms) + size_of(to.except);
  for (const auto& frame : frames) bytes += sizeof(engineio::FrameData) + frame->bytes.size();
  packets_.push_back({loop_.now(), std::move(to), std::move(frames), bytes});
  packet_bytes_ += bytes;
  while (packets_.size() > config_.max_packets || packet_bytes_ > config_.max_packet_bytes) drop_packet();
  arm();
}

void RecoveryStore::drop_packet() {
  packet_bytes_ -= packets_.front().bytes;
  packets_.pop_front();
  ++first_;
}

void RecoveryStore::keep(Session session) {
  const std::size_t bytes = sizeof(Kept) + size_of(session.rooms);
  sessions_.push_back({loop_.now(), std::move(session), bytes});
  session_bytes_ += bytes;
  const auto kept = std::prev(sessions_.end());
  known_.insert_or_assign(name_of(kept->session.pid), kept);
  while (sessions_.size() > config_.max_sessions || session_bytes_ > config_.max_session_bytes) {
    drop_session(sessions_.begin());
  }
  arm();
}

void RecoveryStore::drop_session(Kepts::iterator kept) {
  session_bytes_ -= kept->bytes;
  const auto entry = known_.find(name_of(kept->session.pid));
  if (entry != known_.end() && entry->second == kept) known_.erase(entry);
  sessions_.erase(kept);
}

std::optional<RecoveryStore::Taken> RecoveryStore::take(std::string_view pid, std::string_view offset) {
  expire();
  const auto entry = known_.find(name_of(pid));
  if (entry == known_.end() || !is_same_secret(pid, entry->second->session.pid)) return std::nullopt;
  Session session = std::move(entry->second->session);
  entry->second->session.pid = session.pid;  // the key of known_ lies there
  drop_session(entry->second);
  const auto seen = parse(offset);
  if (!seen || !is_complete_after(*seen)) return std::nullopt;
  return Taken{std::move(session), *seen};
}

std::optional<std::vector<std::vector<engineio::Frame>>> RecoveryStore::missed(const Session& session, Position seen) {
  if (!is_complete_after(seen)) return std::nullopt;
  const std::unordered_set<std::string_view> rooms = [&session] {
    std::unordered_set<std::string_view> names(session.rooms.begin(), session.rooms.end());
    names.insert(session.sid);
    return names;
  }();
  const auto is_in = [&rooms](const RoomName& room) { return rooms.contains(room); };
  std::vector<std::vector<engineio::Frame>> out;
  std::size_t bytes = 0;
  for (auto packet = packets_.begin() + static_cast<std::ptrdiff_t>(seen + 1 - first_); packet != packets_.end();
       ++packet) {
    const auto& to = packet->to;
    if (!to.rooms.empty() && std::none_of(to.rooms.begin(), to.rooms.end(), is_in)) continue;
    if (std::any_of(to.except.begin(), to.except.end(), is_in)) continue;
    bytes += packet->bytes;
    if (out.size() >= config_.max_missed_packets || bytes > config_.max_missed_bytes) return std::nullopt;
    out.push_back(packet->frames);
  }
  return out;
}

void RecoveryStore::expire() {
  const auto now = loop_.now();
  while (!sessions_.empty() && now - sessions_.front().lost >= config_.max_disconnection_duration) {
    drop_session(sessions_.begin());
  }
  while (!packets_.empty() && now - packets_.front().sent >= config_.max_disconnection_duration + kDetection) {
    drop_packet();
  }
}

void RecoveryStore::arm() {
  if (timer_ != base::Executor::TimerId::none || (sessions_.empty() && packets_.empty())) return;
  timer_ = loop_.after(config_.max_disconnection_duration / 2, [this] {
    timer_ = base::Executor::TimerId::none;
    expire();
    arm();
  });
}

}  // namespace skat::socketio
