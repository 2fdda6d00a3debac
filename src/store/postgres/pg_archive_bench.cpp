// How fast the store archives, against a bare COPY of the same rows into the same indexed table in the same run.
// usage: tools/services.mjs run --only postgres -- skat_store_postgres_bench [ROWS [ROUNDS]]
#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/testing/manual_executor.hpp"
#include "model/event.hpp"
#include "store/postgres/pg_store.hpp"
#include "store/postgres/statement.hpp"
#include "store/postgres/testing/database.hpp"

namespace skat::store::postgres::testing {
namespace {

using Clock = std::chrono::steady_clock;
using Events = std::vector<model::Event>;

constexpr std::size_t kBatch = 1'000, kRooms = 20, kUsersOfARoom = 50;

// Messages of 20 rooms by turns, 120 to 200 bytes; one in a hundred events is a join or a leave.
Events make_events(std::uint32_t partition, std::size_t rows) {
  Events events;
  std::vector<std::uint64_t> seq(kRooms), mseq(kRooms);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t room = i % kRooms, user = i / kRooms % kUsersOfARoom;
    model::Event event;
    event.room = model::RoomId{{static_cast<std::uint8_t>(room * 12), static_cast<std::uint8_t>(partition), 1}};
    event.epoch = model::Epoch{7};
    event.seq = model::Seq{++seq[room]};
    event.sender = model::UserId{{static_cast<std::uint8_t>(user * 5), 2}};
    event.device = model::DeviceId{0x18c'0000'0000'0000 + user};
    event.n = model::N{i + 1};
    event.ts = base::from_millis(1'700'000'000'000 + static_cast<std::int64_t>(i / 10));
    if (event.seq == model::Seq{1}) {
      event.kind = model::EventKind::room_created;
      event.body = fmt::format(R"({{"name":"Ada","room_name":"room {} of {}","access":"open"}})", room, partition);
    } else if (i % 100 == 99) {
      event.kind = i % 200 == 99 ? model::EventKind::member_joined : model::EventKind::member_left;
      event.body = R"({"name":"Ada"})";
    } else {
      event.kind = model::EventKind::message;
      event.mseq = model::MSeq{++mseq[room]};
      event.body = fmt::format(R"({{"name":"Ada","text":"{:06} {}"}})", i, std::string(90 + i % 80, 'x'));
    }
    events.push_back(std::move(event));
  }
  return events;
}

void put_field(std::string& out, std::string_view bytes) {
  put_big_endian(out, static_cast<std::int32_t>(bytes.size()));
  out += bytes;
}
template <class Integer>
void put_number(std::string& out, Integer value) {
  put_big_endian(out, static_cast<std::int32_t>(sizeof value));
  put_big_endian(out, value);
}

std::string encode_copy(std::span<const model::Event> events) {
  std::string out("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19);
  for (const model::Event& event : events) {
    put_big_endian(out, std::int16_t{10});
    put_field(out, bytes_of(event.room));
    put_field(out, bytes_of(event.sender));
    put_number(out, event.epoch.value());
    put_number(out, event.seq.value());
    if (event.mseq) {
      put_number(out, event.mseq->value());
    } else {
      put_big_endian(out, std::int32_t{-1});
    }
    put_number(out, event.device.value());
    put_number(out, event.n.value());
    put_number(out, base::to_millis(event.ts));
    put_number(out, static_cast<std::int16_t>(event.kind));
    put_field(out, event.body);
  }
  put_big_endian(out, std::int16_t{-1});
  return out;
}

double seconds_of(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

void create_tables(const Database& database) {
  base::testing::ManualExecutor executor;
  auto opened = open_postgres_store(database.config(), executor);
  if (!opened.store) throw std::runtime_error(opened.problem);
}

// One COPY of `rows_each` rows after another, each committed.
double copy_seconds(const Events& events, std::size_t rows_each) {
  const Database database;
  create_tables(database);
  std::vector<std::string> encoded;
  for (std::size_t at = 0; at < events.size(); at += rows_each) {
    encoded.push_back(encode_copy(std::span(events).subspan(at, std::min(rows_each, events.size() - at))));
  }
  Psql psql(database.url());
  const auto began = Clock::now();
  for (const std::string& data : encoded) {
    PQclear(PQexec(psql.handle(), "COPY events FROM STDIN (FORMAT binary)"));
    if (PQputCopyData(psql.handle(), data.data(), static_cast<int>(data.size())) != 1 ||
        PQputCopyEnd(psql.handle(), nullptr) != 1) {
      throw std::runtime_error(PQerrorMessage(psql.handle()));
    }
    while (PGresult* result = PQgetResult(psql.handle())) {
      if (PQresultStatus(result) != PGRES_COMMAND_OK) throw std::runtime_error(PQresultErrorMessage(result));
      PQclear(result);
    }
  }
  const double taken = seconds_of(began);
  if (psql.run("SELECT count(*) FROM events") != std::to_string(events.size()))
    throw std::runtime_error("rows are missing");
  return taken;
}

// Through the port, in batches of kBatch; each partition has one under way.
double archive_seconds(std::uint32_t partitions, std::size_t rows) {
  const Database database;
  base::testing::ManualExecutor executor;
  auto opened = open_postgres_store(database.config(), executor);
  if (!opened.store) throw std::runtime_error(opened.problem);
  Store& store = *opened.store;
  struct Part {
    Events events;
    std::size_t done = 0;
    bool under_way = false;
  };
  std::vector<Part> parts(partitions);
  std::uint32_t loaded = 0;
  for (std::uint32_t p = 0; p < partitions; ++p) {
    parts[p].events = make_events(p, rows / partitions);
    store.load_fold(p, "log", [&](const auto& fold) { loaded += fold ? 1 : 0; });
  }
  if (!executor.run_until([&] { return loaded == partitions; })) throw std::runtime_error("no fold");
  const auto began = Clock::now();
  const auto all_done = [&] {
    bool done = true;
    for (std::uint32_t p = 0; p < partitions; ++p) {
      Part& part = parts[p];
      if (part.done < part.events.size()) done = false;
      if (part.under_way || part.done >= part.events.size()) continue;
      const std::size_t end = std::min(part.done + kBatch, part.events.size());
      ArchiveBatch batch;
      batch.partition = p;
      batch.start = part.done;
      batch.end = end;
      batch.events.assign(part.events.begin() + static_cast<std::ptrdiff_t>(part.done),
                          part.events.begin() + static_cast<std::ptrdiff_t>(end));
      part.under_way = true;
      store.archive(std::move(batch), [&part, end](const result<void>& outcome) {
        if (!outcome) throw std::runtime_error(outcome.error().message());
        part.under_way = false;
        part.done = end;
      });
    }
    return done;
  };
  if (!executor.run_until(all_done, std::chrono::minutes(10))) throw std::runtime_error("too slow");
  const double taken = seconds_of(began);
  if (Psql(database.url()).run("SELECT count(*) FROM events") != std::to_string(rows))
    throw std::runtime_error("rows are missing");
  return taken;
}

int run(std::size_t rows, int rounds) {
  const Events events = make_events(0, rows);
  fmt::print("{} rows, {} rooms, batches of {}; rows/s, and the ratio to one bare COPY of them all\n", rows, kRooms,
             kBatch);
  for (int round = 0; round < rounds; ++round) {
    const double bare = copy_seconds(events, rows);
    const double batched = copy_seconds(events, kBatch);
    const double one = archive_seconds(1, rows);
    const double four = archive_seconds(4, rows);
    const auto rate = [&](double seconds) { return static_cast<double>(rows) / seconds; };
    fmt::print(
        "bare COPY {:.0f} | COPY and commit a batch {:.0f} {:.2f} | archive, 1 partition {:.0f} {:.2f} | archive, 4 "
        "partitions {:.0f} {:.2f}\n",
        rate(bare), rate(batched), bare / batched, rate(one), bare / one, rate(four), bare / four);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace skat::store::postgres::testing

int main(int argc, char** argv) {
  const std::size_t rows = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 200'000;
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 3;
  return skat::store::postgres::testing::run(rows, rounds);
}
