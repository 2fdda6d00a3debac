#include "store/postgres/pg_reading.hpp"

#include <fmt/format.h>

#include <array>
#include <string>
#include <utility>

#include "store/former_epochs.hpp"
#include "store/postgres/transaction.hpp"

namespace skat::store::postgres {
namespace {

using model::Epoch;
using model::RoomId;
using model::UserId;

result<Rows> ask_blocking(Connection& connection, Statement statement) {
  const std::array statements{std::move(statement)};
  auto outcome = connection.run_blocking(statements);
  if (outcome.failed()) {
    connection.report(outcome.error);
    return outcome.error;
  }
  return std::move(outcome.rows.front());
}

template <class Row, class Read>
result<std::vector<Row>> fetch_blocking(Connection& connection, const char* cursor, std::size_t limit, Read read) {
  auto rows = ask_blocking(connection, Statement(fmt::format("FETCH FORWARD {} FROM {}", limit, cursor)));
  if (!rows) return rows.error();
  std::vector<Row> answer;
  answer.reserve(static_cast<std::size_t>(rows->size()));
  for (int i = 0; i < rows->size(); ++i) answer.push_back(read(*rows, i));
  return answer;
}

}  // namespace

result<void> open_reading_blocking(Connection& connection) {
  connection.rollback_blocking();
  auto statements = opening(connection, Kind::read);
  // Silent while the log is folded, however long that takes.
  statements.emplace_back("SET LOCAL idle_in_transaction_session_timeout = 0");
  statements.emplace_back(
      "DECLARE events_read NO SCROLL CURSOR FOR"
      " SELECT room, epoch, seq, mseq, kind, sender, device, n, ts, body FROM events ORDER BY room, seq");
  statements.emplace_back(
      "DECLARE rooms_read NO SCROLL CURSOR FOR"
      " SELECT room, name, name_key, access, owner, created, members FROM rooms ORDER BY room");
  statements.emplace_back(
      "DECLARE members_read NO SCROLL CURSOR FOR SELECT room, user_id FROM members ORDER BY room, user_id");
  statements.emplace_back(
      "DECLARE snapshots_read NO SCROLL CURSOR FOR"
      " SELECT partition, room, as_of, state FROM snapshots ORDER BY partition, room");
  statements.emplace_back(
      "DECLARE letters_read NO SCROLL CURSOR FOR"
      " SELECT partition, log_offset, key, value, reason FROM dead_letters ORDER BY partition, log_offset");
  const auto opened = connection.run_blocking(statements);
  if (!opened.failed()) return {};
  connection.report(opened.error);
  connection.rollback_blocking();
  return opened.error;
}

result<std::vector<PartitionState>> read_partitions_blocking(Connection& connection) {
  const auto rows = ask_blocking(
      connection,
      Statement("SELECT partition, next_offset, snapshots_as_of, epoch, log_id, coalesce(value, '')"
                " FROM log_progress LEFT JOIN settings ON name = 'former_epochs.' || partition ORDER BY partition"));
  if (!rows) return rows.error();
  std::vector<PartitionState> partitions;
  for (int i = 0; i < rows->size(); ++i) {
    partitions.push_back({{static_cast<std::uint32_t>(rows->uint64(i, 0)), rows->uint64(i, 1), rows->uint64(i, 2),
                           Epoch{rows->uint64(i, 3)}},
                          std::string(rows->bytes(i, 4)),
                          parse_former_epochs(rows->bytes(i, 5))});
  }
  return partitions;
}

result<std::uint64_t> count_events_blocking(Connection& connection) {
  const auto rows = ask_blocking(connection, Statement("SELECT count(*) FROM events"));
  if (!rows) return rows.error();
  return rows->uint64(0, 0);
}

result<std::vector<model::Event>> fetch_events_blocking(Connection& connection, std::size_t limit) {
  return fetch_blocking<model::Event>(connection, "events_read", limit, [](const Rows& rows, int i) {
    model::Event event;
    event.room = rows.id<RoomId>(i, 0);
    event.epoch = Epoch{rows.uint64(i, 1)};
    event.seq = model::Seq{rows.uint64(i, 2)};
    if (!rows.is_null(i, 3)) event.mseq = model::MSeq{rows.uint64(i, 3)};
    event.kind = static_cast<model::EventKind>(rows.uint64(i, 4));
    event.sender = rows.id<UserId>(i, 5);
    event.device = model::DeviceId{rows.uint64(i, 6)};
    event.n = model::N{rows.uint64(i, 7)};
    event.ts = rows.time(i, 8);
    event.body = rows.bytes(i, 9);
    return event;
  });
}

result<std::vector<ProjectedRoom>> fetch_rooms_blocking(Connection& connection, std::size_t limit) {
  return fetch_blocking<ProjectedRoom>(connection, "rooms_read", limit, [](const Rows& rows, int i) {
    return ProjectedRoom{rows.id<RoomId>(i, 0),
                         std::string(rows.bytes(i, 1)),
                         std::string(rows.bytes(i, 2)),
                         static_cast<model::Access>(rows.uint64(i, 3)),
                         rows.id<UserId>(i, 4),
                         rows.time(i, 5),
                         rows.uint64(i, 6)};
  });
}

result<std::vector<ProjectedMember>> fetch_members_blocking(Connection& connection, std::size_t limit) {
  return fetch_blocking<ProjectedMember>(connection, "members_read", limit, [](const Rows& rows, int i) {
    return ProjectedMember{rows.id<RoomId>(i, 0), rows.id<UserId>(i, 1)};
  });
}

result<std::vector<PartitionSnapshot>> fetch_snapshots_blocking(Connection& connection, std::size_t limit) {
  return fetch_blocking<PartitionSnapshot>(connection, "snapshots_read", limit, [](const Rows& rows, int i) {
    return PartitionSnapshot{static_cast<std::uint32_t>(rows.uint64(i, 0)),
                             {rows.id<RoomId>(i, 1), rows.uint64(i, 2), std::string(rows.bytes(i, 3))}};
  });
}

result<std::vector<PartitionLetter>> fetch_letters_blocking(Connection& connection, std::size_t limit) {
  return fetch_blocking<PartitionLetter>(connection, "letters_read", limit, [](const Rows& rows, int i) {
    return PartitionLetter{static_cast<std::uint32_t>(rows.uint64(i, 0)),
                           {rows.uint64(i, 1), std::string(rows.bytes(i, 2)), std::string(rows.bytes(i, 3)),
                            std::string(rows.bytes(i, 4))}};
  });
}

}  // namespace skat::store::postgres
