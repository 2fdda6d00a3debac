// GroupCommit: the writing side of the log file. Appends that gather while a commit runs share the next one; their
// answers and the committed entries go back together, once per commit.
// Lives on: the "log-writer" worker; open_blocking() before that thread is given anything.
// Ends by: destruction, after the worker.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/function.hpp"
#include "base/sqlite/database.hpp"
#include "log/log.hpp"
#include "log/sqlite/config.hpp"
#include "log/sqlite/gather_policy.hpp"

namespace skat::log::sqlite {

struct AppendRequest {
  Partition partition;
  Offset offset;  // given by the commit
  std::string key, value;
};

// What became of one batch.
struct Commit {
  std::vector<AppendRequest> appends;  // in the order given
  base::WallTime append_time;
  // errc::unavailable: rolled back, none can appear. errc::maybe_appended: all of them may be there, or none.
  error_code error;
  // The end of each touched partition as the file has it now, also after an error; missing when it cannot be read.
  std::map<Partition, Offset> ends;
};

struct TrimStep {
  Offset start;       // the oldest entry that is left
  bool more = false;  // there is more to forget
};

// What an existing file holds.
struct LogFile {
  std::string log_id;
  std::vector<Bounds> bounds;  // by partition
};

class GroupCommit {
 public:
  using OnCommit = base::Function<void(Commit)>;

  GroupCommit(Config config, OnCommit on_commit);

  // Opens or creates the file. Its error is SQLite's own (base/sqlite/errc.hpp).
  [[nodiscard]] result<LogFile> open_blocking();

  // Takes one turn's appends.
  void add(std::vector<AppendRequest> turn);
  // How long what was added may wait for another request to share its commit.
  [[nodiscard]] base::Duration patience() const;
  // Commits what was added. Every request other than add() calls it first.
  void commit_gathered();
  // Forgets at most Config::trim_chunk_entries entries; the rule is Log::trim's.
  [[nodiscard]] result<TrimStep> trim_step(Partition partition, Offset below, base::WallTime keep_newer_than);

 private:
  [[nodiscard]] result<void> connect();
  [[nodiscard]] result<LogFile> read_file();
  void commit_batch(std::vector<AppendRequest> batch);
  [[nodiscard]] error_code write(Commit& commit);
  [[nodiscard]] result<void> insert(Commit& commit);
  [[nodiscard]] result<Offset> read_end(Partition partition);
  void read_ends(Commit& commit);
  // Logs the first failure of a row of them, and the end of the row.
  void report(std::string_view what, const error_code& error);
  // After an error: leaves the transaction, or the connection when that fails too.
  void recover(base::sqlite::Transaction& transaction);
  [[nodiscard]] result<TrimStep> trim_in_transaction(Partition partition, Offset below, base::WallTime keep_newer_than);

  const Config config_;
  OnCommit on_commit_;
  std::vector<AppendRequest> gathered_;
  std::size_t gathered_bytes_ = 0;
  base::SteadyTime gathering_since_{};  // while there are any
  GatherPolicy policy_;
  bool failing_ = false;  // the last commit failed, and the logger knows

  // Empty while the file cannot be opened; the next batch tries again. Statements go before their connection.
  struct Connection {
    base::sqlite::Database database;
    base::sqlite::Statement read_end, write_end, insert;
    base::sqlite::Statement first_offset, last_offset, oldest, remove;
  };
  std::optional<Connection> connection_;
};

}  // namespace skat::log::sqlite
