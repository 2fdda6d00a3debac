#include "store/postgres/pg_lease.hpp"

#include <fmt/format.h>

#include <utility>

#include "base/logger.hpp"
#include "store/postgres/pool.hpp"
#include "store/postgres/transaction.hpp"

namespace skat::store::postgres {
namespace {

// Acquires or renews. The holder's name: ours, or of whoever holds it. The clock is the database's.
result<std::string> take_blocking(Connection& connection, const LeaseTerms& terms) {
  auto begun = connection.begin_request_blocking(connection.config().directory_timeout);
  if (!begun) return begun.error();
  auto rows = transact_blocking(
      connection, Kind::write,
      {Statement("INSERT INTO leases AS held (name, holder, expires)"
                 " VALUES ($1, $2, clock_timestamp() + $3 * interval '1 ms')"
                 " ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, expires = excluded.expires"
                 " WHERE held.holder = excluded.holder OR held.expires < clock_timestamp()")
           .with_text(terms.name)
           .with_text(terms.holder)
           .with(std::int64_t{terms.ttl.count()}),
       Statement("SELECT holder FROM leases WHERE name = $1").with_text(terms.name)});
  if (!rows) return rows.error();
  if ((*rows)[1].empty()) return errc::unavailable;  // given back in between
  return std::string((*rows)[1].bytes(0, 0));
}

void release_blocking(Connection& connection, const LeaseTerms& terms) {
  if (!connection.begin_request_blocking(connection.config().close_timeout)) return;
  (void)transact_blocking(
      connection, Kind::write,
      {Statement("DELETE FROM leases WHERE name = $1 AND holder = $2").with_text(terms.name).with_text(terms.holder)});
}

// PgLease: renews the lease on a connection of its own. Lives on: `owner`. Ends by: destruction.
class PgLease final : public Lease {
 public:
  PgLease(std::unique_ptr<Shared> shared, base::Executor& owner, LeaseTerms terms, base::Function<void()> on_lost)
      : shared_(std::move(shared)),
        owner_(owner),
        terms_(std::move(terms)),
        on_lost_(std::move(on_lost)),
        pool_("store-lease", 1, 1, *shared_, owner) {
    renew_later();
  }
  ~PgLease() override {
    owner_.cancel(timer_);
    if (!lost_ && !pool_.full()) {
      pool_.submit([terms = terms_](Connection& connection) {
        release_blocking(connection, terms);
        return base::Executor::Task([] {});
      });
    }
    shared_->stop_signal.stop(std::chrono::steady_clock::now() + shared_->config.close_timeout);
  }
  PgLease(const PgLease&) = delete;
  PgLease& operator=(const PgLease&) = delete;

 private:
  void renew_later() {
    timer_ = owner_.after(terms_.ttl / 3, [this] {
      timer_ = base::Executor::TimerId::none;
      pool_.submit([this, terms = terms_](Connection& connection) {
        auto holder = take_blocking(connection, terms);
        return base::Executor::Task([this, holder = std::move(holder)] { on_answer(holder); });
      });
    });
  }
  void on_answer(const result<std::string>& holder) {
    if (!holder || *holder == terms_.holder) return renew_later();
    lost_ = true;
    base::log(base::LogLevel::error, "store", "the lease '{}' belongs to {} now", terms_.name, *holder);
    on_lost_();
  }

  // set at construction
  const std::unique_ptr<Shared> shared_;
  base::Executor& owner_;
  const LeaseTerms terms_;
  base::Function<void()> on_lost_;

  // owner only
  base::Executor::TimerId timer_ = base::Executor::TimerId::none;
  bool lost_ = false;
  Pool pool_;
};

}  // namespace
}  // namespace skat::store::postgres

namespace skat::store {

HeldLease acquire_postgres_lease(const postgres::Config& config, base::Executor& owner, LeaseTerms terms,
                                 base::Function<void()> on_lost) {
  if (auto wrong = validate(config)) return {.lease = nullptr, .problem = *std::move(wrong)};
  auto shared = std::make_unique<postgres::Shared>(config);
  {
    postgres::Connection first(*shared);
    const auto holder = postgres::take_blocking(first, terms);
    if (holder && *holder != terms.holder) {
      return {.lease = nullptr,
              .problem = fmt::format("another node ({}) uses this database with a log of its own; one node only may do "
                                     "so. If it has ended, wait {} s, or set KAFKA_BROKERS to run several nodes",
                                     *holder, std::chrono::ceil<std::chrono::seconds>(terms.ttl).count())};
    }
    if (!holder && (first.refused() || holder.error() == errc::schema)) {
      return {.lease = nullptr, .problem = fmt::format("PostgreSQL: {}", first.problem())};
    }
  }
  return {.lease = std::make_unique<postgres::PgLease>(std::move(shared), owner, std::move(terms), std::move(on_lost)),
          .problem = {}};
}

}  // namespace skat::store
