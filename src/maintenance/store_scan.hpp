// StoreScan: a reading of the store as one sequence of rooms, each with its rows of three tables.
// Lives on: the thread of a command; the reading lives on the store's executor.
// Ends by: destruction.
#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "maintenance/asker.hpp"
#include "store/maintenance.hpp"

namespace skat::maintenance {

class StoreScan {
 public:
  [[nodiscard]] static result<std::unique_ptr<StoreScan>> open_blocking(Asker& asker, store::Maintenance& maintenance);
  ~StoreScan();
  StoreScan(const StoreScan&) = delete;
  StoreScan& operator=(const StoreScan&) = delete;

  [[nodiscard]] result<std::vector<store::PartitionState>> partitions_blocking();
  [[nodiscard]] result<std::uint64_t> count_events_blocking();
  // All of them; each table once.
  [[nodiscard]] result<std::vector<store::PartitionSnapshot>> snapshots_blocking();
  [[nodiscard]] result<std::vector<store::PartitionLetter>> letters_blocking();

  struct Room {
    model::RoomId id;
    std::optional<store::ProjectedRoom> row;
    std::vector<model::UserId> members;  // ascending
  };
  // The next room that any of the tables has, ascending by id; then its events, before the next room is asked for.
  // Nothing: there are no more.
  [[nodiscard]] result<std::optional<Room>> next_room_blocking();
  [[nodiscard]] result<std::optional<model::Event>> next_event_blocking();

 private:
  template <class Row>
  using Next = void (store::StoreReading::*)(std::size_t, store::Done<std::vector<Row>>);
  // Rows that were read and not taken.
  template <class Row>
  struct Table {
    std::deque<Row> rows;
    bool ended = false;
  };

  StoreScan(Asker& asker, std::unique_ptr<store::StoreReading> reading) : asker_(asker), reading_(std::move(reading)) {}
  template <class Row>
  [[nodiscard]] result<std::vector<Row>> page_blocking(Next<Row> next);
  template <class Row>
  [[nodiscard]] result<std::vector<Row>> all_blocking(Next<Row> next);
  // At least one row, unless the table has ended.
  template <class Row>
  [[nodiscard]] result<void> fill_blocking(Table<Row>& table, Next<Row> next);

  Asker& asker_;
  std::unique_ptr<store::StoreReading> reading_;
  Table<model::Event> events_;
  Table<store::ProjectedRoom> rooms_;
  Table<store::ProjectedMember> members_;
  model::RoomId room_;  // under way
};

}  // namespace skat::maintenance
