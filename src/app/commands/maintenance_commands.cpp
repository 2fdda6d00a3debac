#include "app/commands/maintenance_commands.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>
#include <variant>

#include "app/backends.hpp"
#include "app/commands/progress_display.hpp"
#include "app/commands/sole_member.hpp"
#include "app/data_directory.hpp"
#include "app/errors.hpp"
#include "base/io_thread.hpp"
#include "base/logger.hpp"
#include "maintenance/adopt.hpp"
#include "maintenance/rebuild.hpp"
#include "maintenance/store_scan.hpp"
#include "maintenance/verify.hpp"
#include "store/postgres/pg_maintenance.hpp"
#include "store/sqlite/sqlite_maintenance.hpp"

namespace skat::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kShownLetterBytes = 120;  // of a dead letter

void print(const std::string& line) {
  std::fputs((line + "\n").c_str(), stdout);
}

[[noreturn]] void stop(std::string_view what, error_code why) {
  throw StartError(fmt::format("{}: {}", what, why.message()));
}

std::unique_ptr<store::Maintenance> open_maintenance(const store::sqlite::Config& config, base::Executor& core) {
  auto maintenance = store::open_sqlite_maintenance(config, core);
  if (!maintenance) stop(fmt::format("the store {} cannot be opened", config.path), maintenance.error());
  return std::move(*maintenance);
}

std::unique_ptr<store::Maintenance> open_maintenance(const store::postgres::Config& config, base::Executor& core) {
  auto opened = store::open_postgres_maintenance(config, core);
  if (!opened.maintenance) throw StartError(opened.problem);
  return std::move(opened.maintenance);
}

// A command looks after what is there; it makes no file.
void check_file(const char* what, const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) throw StartError(fmt::format("there is no {}: {}", what, path));
}

// Desk: the ports of one command, and the thread they live on.
// Lives on: the main thread. Ends by: destruction.
class Desk {
 public:
  // `new_log`: a log that is missing is made.
  Desk(const Config& config, bool new_log) : core_("core"), asker_(core_) {
    if (const auto* store = std::get_if<store::sqlite::Config>(&config.store)) check_file("store", store->path);
    if (const auto* log = std::get_if<log::sqlite::Config>(&config.log); log != nullptr && !new_log) {
      check_file("log", log->path);
    }
    if (uses_data(config)) data_.emplace(config.data);
    Config wanted = config;
    wanted.bus = bus::memory::Config{};  // nobody hears what a command would say
    Patience patience{.began = std::chrono::steady_clock::now(), .limit = config.start_timeout};
    patience.tell = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
    std::exception_ptr problem;
    asker_.run_blocking([&] {
      try {
        backends_ = open_backends(wanted, core_, patience);
        maintenance_ = std::visit([&](const auto& store) { return open_maintenance(store, core_); }, config.store);
      } catch (...) {
        problem = std::current_exception();
        backends_ = {};
      }
    });
    if (problem) std::rethrow_exception(problem);
  }
  ~Desk() {
    alone_.reset();
    asker_.run_blocking([this] {
      maintenance_.reset();
      backends_ = {};
    });
  }
  Desk(const Desk&) = delete;
  Desk& operator=(const Desk&) = delete;

  // Throws StartError unless no node uses the log, for as long as this object lives.
  void be_alone(const Config& config) {
    alone_ = std::make_unique<SoleMember>(asker_, log(), config.chat.group_prefix + "-live");
    if (alone_->wait_blocking()) return;
    throw StartError(
        fmt::format("another node is a member of the group {}-live, or was until a moment ago: stop every node first",
                    config.chat.group_prefix));
  }

  [[nodiscard]] maintenance::Asker& asker() { return asker_; }
  [[nodiscard]] log::Log& log() { return *backends_.log; }
  [[nodiscard]] store::Store& store() { return *backends_.store; }
  [[nodiscard]] store::Maintenance& maintenance() { return *maintenance_; }

 private:
  std::optional<DataDirectory> data_;
  base::IoThread core_;
  maintenance::Asker asker_;
  Backends backends_;
  std::unique_ptr<store::Maintenance> maintenance_;
  std::unique_ptr<SoleMember> alone_;
};

int verify(const Config& config) {
  Desk desk(config, false);
  ProgressDisplay progress;
  const auto report = maintenance::verify_blocking(desk.asker(), desk.log(), desk.maintenance(), progress);
  if (!report) stop("the log or the store cannot be read", report.error());
  if (config.maintenance.rooms) {
    for (const auto& room : report->rooms) {
      print(fmt::format("room {} seq {} hash {}", room.room.hex(), room.head.value(), maintenance::to_hex(room.hash)));
    }
  }
  for (const auto& sentence : report->findings.sentences()) print("disagreement: " + sentence);
  const auto more = report->findings.count() - report->findings.sentences().size();
  if (more > 0) print(fmt::format("and {} more", more));
  print(fmt::format("partitions  {}, {} records of the log folded", report->partitions, report->records));
  print(fmt::format("store       {} events in {} rooms, hash {}", report->events, report->rooms.size(),
                    maintenance::to_hex(report->hash)));
  print(fmt::format("compared    {} events with what the log makes of them", report->compared));
  if (report->older_rooms > 0) {
    print(
        fmt::format("older       {} rooms began before what the log has kept: what lies before their snapshots was "
                    "held against itself only",
                    report->older_rooms));
  }
  if (report->findings.count() > 0) {
    print(fmt::format("verify: {} disagreements", report->findings.count()));
    return 1;
  }
  print("verify: log, store and fold agree");
  return 0;
}

int rebuild(const Config& config) {
  if (!config.maintenance.yes) {
    throw StartError("rebuild drops every conversation in the store and folds the log again: say --yes to do it");
  }
  Desk desk(config, false);
  desk.be_alone(config);
  ProgressDisplay progress;
  const auto report =
      maintenance::rebuild_blocking({desk.asker(), desk.log(), desk.store(), desk.maintenance()}, progress);
  if (!report) {
    fmt::print(stderr, "skat: rebuild was interrupted: {}; `skat rebuild --yes` or `skat serve` goes on from there\n",
               report.error().message());
    return 1;
  }
  if (!report->refusal.empty()) {
    fmt::print(stderr, "skat: rebuild refused: {}\n", report->refusal);
    return 1;
  }
  if (report->resumed) print("this went on with a rebuild that was interrupted");
  print(fmt::format("before  {} events, hash {}", report->events_before, maintenance::to_hex(report->before)));
  print(fmt::format("after   {} events, hash {}", report->events, maintenance::to_hex(report->after)));
  if (report->new_events > 0) {
    print(fmt::format("new     {} events that the log had and the store did not yet", report->new_events));
  }
  const bool same = report->before == report->after;
  print(same ? "rebuild: the same store as before" : "rebuild: the store is what the log makes, and was not before");
  return 0;
}

int adopt(const Config& config) {
  Desk desk(config, true);
  if (config.maintenance.yes) desk.be_alone(config);
  ProgressDisplay progress;
  const auto plan =
      maintenance::plan_adoption_blocking(desk.asker(), desk.log(), desk.store(), desk.maintenance(), progress);
  if (!plan) stop("the log or the store cannot be read", plan.error());
  if (!plan->refusal.empty()) {
    fmt::print(stderr, "skat: nothing adopted: {}\n", plan->refusal);
    return 1;
  }
  for (const auto& sentence : plan->consequences) print(sentence);
  if (!config.maintenance.yes) {
    print("nothing is changed yet: say --yes to adopt the log");
    return 1;
  }
  const auto adopted = maintenance::adopt_blocking(desk.asker(), desk.maintenance(), *plan);
  if (!adopted) stop("the store was not changed", adopted.error());
  print(fmt::format("adopted: {} partitions go on in a new epoch", plan->adoptions.size()));
  return 0;
}

// One line, whatever is in it.
std::string shown(std::string_view bytes) {
  const bool cut = bytes.size() > kShownLetterBytes;
  bytes = bytes.substr(0, kShownLetterBytes);
  std::string text;
  for (const char byte : bytes) {
    const auto code = static_cast<unsigned char>(byte);
    text += code < 0x20 || code >= 0x7f || byte == '\\' ? fmt::format("\\x{:02x}", code) : std::string(1, byte);
  }
  return cut ? text + "…" : text;
}

int list_letters(const Config& config) {
  Desk desk(config, false);
  const auto scan = maintenance::StoreScan::open_blocking(desk.asker(), desk.maintenance());
  if (!scan) stop("the store cannot be read", scan.error());
  const auto letters = (*scan)->letters_blocking();
  if (!letters) stop("the store cannot be read", letters.error());
  for (const auto& [partition, letter] : *letters) {
    print(fmt::format("{}:{} {} key {} value {}", partition, letter.offset, letter.reason, shown(letter.key),
                      shown(letter.value)));
  }
  print(fmt::format("{} dead letters", letters->size()));
  return 0;
}

}  // namespace

int run_maintenance(Command command, const Config& config) {
  base::configure_logger(config.log_level, config.log_format);
  switch (command) {
    case Command::verify:
      return verify(config);
    case Command::rebuild:
      return rebuild(config);
    case Command::log_adopt:
      return adopt(config);
    case Command::dead_letter_list:
      return list_letters(config);
    default:
      return 2;
  }
}

}  // namespace skat::app
