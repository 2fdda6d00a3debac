#include "store/sqlite/sqlite_reading.hpp"

#include <string>
#include <utility>

#include "store/former_epochs.hpp"

namespace skat::store::sqlite {

using model::Epoch;
using model::RoomId;
using model::UserId;

result<std::unique_ptr<SqliteReading>> SqliteReading::open_blocking(const Config& config) {
  auto connection = Connection::open_blocking(config, base::sqlite::Access::read_only);
  if (!connection) return connection.error();
  std::unique_ptr<SqliteReading> reading(new SqliteReading(std::move(*connection)));  // a private constructor
  auto transaction =
      base::sqlite::Transaction::begin(reading->connection_.database(), base::sqlite::Transaction::Kind::read);
  if (!transaction) return reading->connection_.failure(transaction.error());
  reading->transaction_.emplace(std::move(*transaction));
  // The first read fixes the moment.
  if (auto moment = reading->partitions(); !moment) return moment.error();
  return reading;
}

result<std::vector<PartitionState>> SqliteReading::partitions() {
  Query query(connection_,
              "SELECT partition, next_offset, snapshots_as_of, epoch, log_id, coalesce(value, x'')"
              " FROM log_progress LEFT JOIN settings ON name = 'former_epochs.' || partition ORDER BY partition");
  std::vector<PartitionState> partitions;
  auto done = query.each([&](const Query& row) {
    partitions.push_back(
        {{static_cast<std::uint32_t>(row.uint64(0)), row.uint64(1), row.uint64(2), Epoch{row.uint64(3)}},
         std::string(row.text(4)),
         parse_former_epochs(row.blob(5))});
  });
  if (!done) return done.error();
  return partitions;
}

result<std::uint64_t> SqliteReading::count_events() {
  Query query(connection_, "SELECT count(*) FROM events");
  if (auto row = query.step(); !row) return row.error();
  return query.uint64(0);
}

template <class Row, class Read>
result<std::vector<Row>> SqliteReading::take(Cursor& cursor, std::string_view sql, std::size_t limit, Read read) {
  std::vector<Row> rows;
  if (cursor.ended) return rows;
  if (!cursor.query) cursor.query.emplace(connection_, sql);
  while (rows.size() < limit) {
    auto row = cursor.query->step();
    if (!row) return row.error();
    if (!*row) {
      cursor.ended = true;  // SQLite would begin anew
      break;
    }
    rows.push_back(read(*cursor.query));
  }
  return rows;
}

result<std::vector<model::Event>> SqliteReading::next_events(std::size_t limit) {
  return take<model::Event>(
      events_, "SELECT room, epoch, seq, mseq, kind, sender, device, n, ts, body FROM events ORDER BY room, seq", limit,
      [](const Query& row) {
        model::Event event;
        event.room = row.id<RoomId>(0);
        event.epoch = Epoch{row.uint64(1)};
        event.seq = model::Seq{row.uint64(2)};
        if (!row.is_null(3)) event.mseq = model::MSeq{row.uint64(3)};
        event.kind = static_cast<model::EventKind>(row.int64(4));
        event.sender = row.id<UserId>(5);
        event.device = model::DeviceId{row.uint64(6)};
        event.n = model::N{row.uint64(7)};
        event.ts = row.time(8);
        event.body = row.text(9);
        return event;
      });
}

result<std::vector<ProjectedRoom>> SqliteReading::next_rooms(std::size_t limit) {
  return take<ProjectedRoom>(rooms_,
                             "SELECT room, name, name_key, access, owner, created, members FROM rooms ORDER BY room",
                             limit, [](const Query& row) {
                               return ProjectedRoom{row.id<RoomId>(0),
                                                    std::string(row.text(1)),
                                                    std::string(row.text(2)),
                                                    static_cast<model::Access>(row.int64(3)),
                                                    row.id<UserId>(4),
                                                    row.time(5),
                                                    row.uint64(6)};
                             });
}

result<std::vector<ProjectedMember>> SqliteReading::next_members(std::size_t limit) {
  return take<ProjectedMember>(members_, "SELECT room, user FROM members ORDER BY room, user", limit,
                               [](const Query& row) { return ProjectedMember{row.id<RoomId>(0), row.id<UserId>(1)}; });
}

result<std::vector<PartitionSnapshot>> SqliteReading::next_snapshots(std::size_t limit) {
  return take<PartitionSnapshot>(
      snapshots_, "SELECT partition, room, as_of, state FROM snapshots ORDER BY partition, room", limit,
      [](const Query& row) {
        return PartitionSnapshot{static_cast<std::uint32_t>(row.uint64(0)),
                                 {row.id<RoomId>(1), row.uint64(2), std::string(row.blob(3))}};
      });
}

result<std::vector<PartitionLetter>> SqliteReading::next_letters(std::size_t limit) {
  return take<PartitionLetter>(
      letters_, "SELECT partition, log_offset, key, value, reason FROM dead_letters ORDER BY partition, log_offset",
      limit, [](const Query& row) {
        return PartitionLetter{
            static_cast<std::uint32_t>(row.uint64(0)),
            {row.uint64(1), std::string(row.blob(2)), std::string(row.blob(3)), std::string(row.text(4))}};
      });
}

}  // namespace skat::store::sqlite
