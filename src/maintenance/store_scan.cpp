#include "maintenance/store_scan.hpp"

#include <iterator>
#include <utility>

namespace skat::maintenance {
namespace {

constexpr std::size_t kPageRows = 2'000;

}  // namespace

using store::StoreReading;

result<std::unique_ptr<StoreScan>> StoreScan::open_blocking(Asker& asker, store::Maintenance& maintenance) {
  auto reading = asker.ask_blocking<std::unique_ptr<StoreReading>>(
      [&maintenance](store::Done<std::unique_ptr<StoreReading>> done) { maintenance.read(std::move(done)); });
  if (!reading) return reading.error();
  return std::unique_ptr<StoreScan>(new StoreScan(asker, std::move(*reading)));  // a private constructor
}

StoreScan::~StoreScan() {
  asker_.run_blocking([this] { reading_.reset(); });
}

result<std::vector<store::PartitionState>> StoreScan::partitions_blocking() {
  return asker_.ask_blocking<std::vector<store::PartitionState>>(
      [this](store::Done<std::vector<store::PartitionState>> done) { reading_->partitions(std::move(done)); });
}

result<std::uint64_t> StoreScan::count_events_blocking() {
  return asker_.ask_blocking<std::uint64_t>(
      [this](store::Done<std::uint64_t> done) { reading_->count_events(std::move(done)); });
}

template <class Row>
result<std::vector<Row>> StoreScan::page_blocking(Next<Row> next) {
  return asker_.ask_blocking<std::vector<Row>>(
      [this, next](store::Done<std::vector<Row>> done) { (reading_.get()->*next)(kPageRows, std::move(done)); });
}

template <class Row>
result<std::vector<Row>> StoreScan::all_blocking(Next<Row> next) {
  std::vector<Row> all;
  for (;;) {
    auto page = page_blocking<Row>(next);
    if (!page) return page;
    if (page->empty()) return all;
    std::ranges::move(*page, std::back_inserter(all));
  }
}

result<std::vector<store::PartitionSnapshot>> StoreScan::snapshots_blocking() {
  return all_blocking<store::PartitionSnapshot>(&StoreReading::next_snapshots);
}

result<std::vector<store::PartitionLetter>> StoreScan::letters_blocking() {
  return all_blocking<store::PartitionLetter>(&StoreReading::next_letters);
}

template <class Row>
result<void> StoreScan::fill_blocking(Table<Row>& table, Next<Row> next) {
  if (!table.rows.empty() || table.ended) return {};
  auto page = page_blocking<Row>(next);
  if (!page) return page.error();
  table.ended = page->empty();
  std::ranges::move(*page, std::back_inserter(table.rows));
  return {};
}

result<std::optional<StoreScan::Room>> StoreScan::next_room_blocking() {
  if (auto done = fill_blocking<model::Event>(events_, &StoreReading::next_events); !done) return done.error();
  if (auto done = fill_blocking<store::ProjectedRoom>(rooms_, &StoreReading::next_rooms); !done) return done.error();
  if (auto done = fill_blocking<store::ProjectedMember>(members_, &StoreReading::next_members); !done) {
    return done.error();
  }
  std::optional<model::RoomId> next;
  const auto look = [&next](const model::RoomId& room) {
    if (!next || room < *next) next = room;
  };
  if (!events_.rows.empty()) look(events_.rows.front().room);
  if (!rooms_.rows.empty()) look(rooms_.rows.front().id);
  if (!members_.rows.empty()) look(members_.rows.front().room);
  if (!next) return std::optional<Room>();

  Room room{*next, {}, {}};
  room_ = *next;
  if (!rooms_.rows.empty() && rooms_.rows.front().id == room_) {
    room.row = std::move(rooms_.rows.front());
    rooms_.rows.pop_front();
  }
  while (!members_.rows.empty() && members_.rows.front().room == room_) {
    room.members.push_back(members_.rows.front().user);
    members_.rows.pop_front();
    if (auto done = fill_blocking<store::ProjectedMember>(members_, &StoreReading::next_members); !done) {
      return done.error();
    }
  }
  return std::optional(std::move(room));
}

result<std::optional<model::Event>> StoreScan::next_event_blocking() {
  if (auto done = fill_blocking<model::Event>(events_, &StoreReading::next_events); !done) return done.error();
  if (events_.rows.empty() || events_.rows.front().room != room_) return std::optional<model::Event>();
  std::optional event(std::move(events_.rows.front()));
  events_.rows.pop_front();
  return event;
}

}  // namespace skat::maintenance
