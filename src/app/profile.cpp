#include "app/profile.hpp"

#include "app/errors.hpp"

namespace skat::app {

Profile choose_profile(const Services& named) {
  if (!named.kafka) {
    if (named.redis) {
      throw StartError(
          "REDIS_URL without KAFKA_BROKERS: a node alone has nobody to reach by Redis; set KAFKA_BROKERS and "
          "DATABASE_URL too for a cluster, or leave REDIS_URL out");
    }
    if (named.single_node) {
      throw StartError("--single-node without KAFKA_BROKERS: Skat without Kafka is one node anyway; leave it out");
    }
    return named.postgres ? Profile::embedded_postgres : Profile::embedded;
  }
  if (named.single_node) {
    if (named.postgres || named.redis) {
      throw StartError(
          "--single-node is for tests of Kafka with a SQLite store and no Redis; leave it out, or leave DATABASE_URL "
          "and REDIS_URL out");
    }
    return Profile::single_node;
  }
  if (!named.postgres) {
    throw StartError(
        "KAFKA_BROKERS without a PostgreSQL: the nodes of a cluster share their store, so set "
        "DATABASE_URL=postgres://…; for a test with one node and SQLite, add --single-node");
  }
  return named.redis ? Profile::cluster : Profile::cluster_no_redis;
}

const char* name_of(Profile profile) noexcept {
  switch (profile) {
    case Profile::embedded:
      return "embedded";
    case Profile::embedded_postgres:
      return "embedded with PostgreSQL";
    case Profile::single_node:
      return "one node on Kafka, for tests";
    case Profile::cluster:
      return "cluster";
    case Profile::cluster_no_redis:
      return "cluster without Redis";
  }
  return "?";
}

}  // namespace skat::app
