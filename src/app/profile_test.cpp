#include "app/profile.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "app/errors.hpp"

namespace skat::app {
namespace {

std::optional<Profile> chosen(const Services& named) {
  try {
    return choose_profile(named);
  } catch (const StartError& error) {
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    return std::nullopt;
  }
}

TEST(Profile, EveryMixIsEitherOneOfTheFiveOrRefused) {
  struct Row {
    Services named;
    std::optional<Profile> profile;
  };
  const Row rows[] = {
      {{}, Profile::embedded},
      {{.postgres = true}, Profile::embedded_postgres},
      {{.kafka = true, .postgres = true}, Profile::cluster_no_redis},
      {{.kafka = true, .redis = true, .postgres = true}, Profile::cluster},
      {{.kafka = true, .single_node = true}, Profile::single_node},
      {{.redis = true}, std::nullopt},
      {{.redis = true, .postgres = true}, std::nullopt},
      {{.kafka = true}, std::nullopt},
      {{.kafka = true, .redis = true}, std::nullopt},
      {{.single_node = true}, std::nullopt},
      {{.postgres = true, .single_node = true}, std::nullopt},
      {{.redis = true, .single_node = true}, std::nullopt},
      {{.redis = true, .postgres = true, .single_node = true}, std::nullopt},
      {{.kafka = true, .redis = true, .single_node = true}, std::nullopt},
      {{.kafka = true, .postgres = true, .single_node = true}, std::nullopt},
      {{.kafka = true, .redis = true, .postgres = true, .single_node = true}, std::nullopt},
  };
  for (const auto& [named, profile] : rows) {
    EXPECT_EQ(chosen(named), profile) << named.kafka << named.redis << named.postgres << named.single_node;
  }
}

TEST(Profile, OnlyAClusterHasOtherNodes) {
  EXPECT_TRUE(is_cluster(Profile::cluster));
  EXPECT_TRUE(is_cluster(Profile::cluster_no_redis));
  EXPECT_FALSE(is_cluster(Profile::embedded));
  EXPECT_FALSE(is_cluster(Profile::embedded_postgres));
  EXPECT_FALSE(is_cluster(Profile::single_node));
}

}  // namespace
}  // namespace skat::app
