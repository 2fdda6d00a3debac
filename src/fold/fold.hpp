// The fold: a pure function over the records of one partition, in offset order. No clock, no I/O, no unordered
// iteration, no configuration. Whoever folds the same records gets the same numbers; nothing else may hand out a
// number. All state belongs to one room, so any subset of rooms can be folded, loaded, dropped or moved alone.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "fold/errc.hpp"
#include "model/event.hpp"
#include "model/record.hpp"

namespace skat::fold {

inline constexpr int kFoldVersion = 1;

enum class Verdict : std::uint8_t {
  accepted,   // `event` is set
  refused,    // `error` says why; final
  duplicate,  // accepted before; the fold does not know the first number, the owner looks it up
  stale,      // below the window: looked up like a duplicate; in neither place = final refusal
};

struct Outcome {
  Verdict verdict = Verdict::refused;
  error_code error;                   // refused and stale
  std::optional<model::Event> event;  // accepted
};

// What others may ask of a room.
struct RoomView {
  model::Seq seq;
  model::MSeq mseq;
  std::string name;
  model::Access access = model::Access::open;
  model::UserId owner;
  std::size_t members = 0;  // 0 where access is `everyone`
  base::WallTime newest;    // of the newest event
};

class RoomState;

class Fold {
 public:
  explicit Fold(model::Epoch epoch);
  ~Fold();
  Fold(Fold&&) noexcept;
  Fold& operator=(Fold&&) noexcept;

  // One record that the log holds at (offset order is the caller's duty). Bytes that could not be decoded are given as
  // an error and are refused with invalid_record, without touching any room.
  Outcome apply(const result<model::Record>& record, base::WallTime append_time);

  [[nodiscard]] model::Epoch epoch() const noexcept;
  // nullopt: not created, as far as these records tell.
  [[nodiscard]] std::optional<RoomView> room(const model::RoomId& room) const;
  // Members, and everybody where access is `everyone`.
  [[nodiscard]] bool may_read(const model::RoomId& room, const model::UserId& user) const;

  // One room's whole state as bytes (layout: docs/log-format.md, "Snapshots"), equal for equal states. Empty when there
  // is no such room.
  [[nodiscard]] std::string snapshot(const model::RoomId& room) const;
  // Puts a room back as snapshot() wrote it; also reads the previous layout version. errc::bad_snapshot
  // (condition::corrupt) if it cannot; then nothing has changed.
  [[nodiscard]] result<void> load(const model::RoomId& room, std::string_view state);
  void drop(const model::RoomId& room);
  [[nodiscard]] std::size_t room_count() const noexcept;
  [[nodiscard]] std::vector<model::RoomId> room_ids() const;  // ascending

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace skat::fold
