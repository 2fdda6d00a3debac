#include "fold/device_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <random>

namespace skat::fold {
namespace {

using Mark = DeviceWindow::Mark;
using model::DeviceId;
using model::N;

constexpr std::uint64_t kNarrow = model::kWindowValues, kWide = model::kWideWindowValues;

DeviceWindow window_with(std::uint64_t first, std::uint64_t last) {
  DeviceWindow window(DeviceId{1});
  for (std::uint64_t n = first; n <= last; ++n) window.mark_accepted(N{n});
  return window;
}

TEST(DeviceWindow, TellsAcceptedFromRefusedFromUnseen) {
  DeviceWindow window(DeviceId{1});
  window.mark_accepted(N{1});
  window.mark_refused(N{2});
  window.mark_accepted(N{4});
  EXPECT_EQ(window.look(N{1}), Mark::accepted);
  EXPECT_EQ(window.look(N{2}), Mark::refused);
  EXPECT_EQ(window.look(N{3}), Mark::unseen);
  EXPECT_EQ(window.look(N{4}), Mark::accepted);
  EXPECT_EQ(window.look(N{5}), Mark::unseen);
  EXPECT_EQ(window.highest(), N{4});
}

TEST(DeviceWindow, RemembersTheNewest64OfAGaplessDevice) {
  const auto window = window_with(1, 200);
  EXPECT_FALSE(window.wide());
  EXPECT_EQ(window.look(N{200 - kNarrow + 1}), Mark::accepted);
  EXPECT_EQ(window.look(N{200 - kNarrow}), Mark::forgotten);
}

TEST(DeviceWindow, WidensWhenAnUnseenValueWouldSlideOutAndNarrowsWhenItIsSeen) {
  DeviceWindow window = window_with(1, 9);
  for (std::uint64_t n = 11; n <= 10 + kNarrow - 1; ++n) window.mark_accepted(N{n});
  EXPECT_FALSE(window.wide());  // 10 is the oldest of the 64
  window.mark_accepted(N{10 + kNarrow});
  EXPECT_TRUE(window.wide());
  EXPECT_EQ(window.look(N{10}), Mark::unseen);
  window.mark_accepted(N{10});
  EXPECT_FALSE(window.wide());
  EXPECT_EQ(window.look(N{10}), Mark::forgotten);
}

TEST(DeviceWindow, WhatWasForgottenNeverComesBackAsUnseen) {
  DeviceWindow window = window_with(1, 100);
  EXPECT_EQ(window.look(N{20}), Mark::forgotten);
  window.mark_accepted(N{100 + kNarrow + 2});  // 101 … slide out unseen
  ASSERT_TRUE(window.wide());
  EXPECT_EQ(window.look(N{20}), Mark::forgotten);
  EXPECT_EQ(window.look(N{90}), Mark::accepted);
  EXPECT_EQ(window.look(N{101}), Mark::unseen);
}

TEST(DeviceWindow, NarrowsWhenTheLastUnseenValueLeavesTheWideWindow) {
  DeviceWindow window = window_with(2, kWide);
  EXPECT_TRUE(window.wide());
  EXPECT_EQ(window.look(N{1}), Mark::unseen);
  window.mark_accepted(N{kWide + 1});
  EXPECT_FALSE(window.wide());
  EXPECT_EQ(window.look(N{1}), Mark::forgotten);
}

TEST(DeviceWindow, ARepeat1100SendsLaterIsForgottenNotUnseen) {
  DeviceWindow window(DeviceId{1});
  for (std::uint64_t n = 1; n <= 1101; ++n) {
    if (n != 50) window.mark_accepted(N{n});
  }
  EXPECT_EQ(window.look(N{1}), Mark::forgotten);
  EXPECT_EQ(window.look(N{50}), Mark::forgotten);
}

TEST(DeviceWindow, TakesTheGreatestNAndAJumpToIt) {
  DeviceWindow window = window_with(1, 3);
  window.mark_refused(N{model::kMaxN});
  EXPECT_EQ(window.look(N{model::kMaxN}), Mark::refused);
  EXPECT_EQ(window.look(N{model::kMaxN - 1}), Mark::unseen);
  EXPECT_EQ(window.look(N{3}), Mark::forgotten);
}

TEST(DeviceWindow, AllAcceptedMeansEveryValueFrom1) {
  EXPECT_TRUE(window_with(1, 1).all_accepted());
  EXPECT_TRUE(window_with(1, 64).all_accepted());
  EXPECT_TRUE(window_with(1, 1000).all_accepted());
  EXPECT_FALSE(window_with(2, 10).all_accepted());
  DeviceWindow window = window_with(1, 5);
  window.mark_refused(N{6});
  EXPECT_FALSE(window.all_accepted());
}

TEST(DeviceWindow, IsRestoredFromItsWords) {
  DeviceWindow window = window_with(3, 90);
  window.mark_refused(N{700});
  const auto copy = DeviceWindow::restore(window.device(), window.highest(), window.words());
  ASSERT_TRUE(copy);
  for (std::uint64_t n = 1; n <= 800; ++n) EXPECT_EQ(copy->look(N{n}), window.look(N{n})) << n;
}

TEST(DeviceWindow, IsNotRestoredFromWordsThatNoRecordsLeadTo) {
  const auto good = window_with(1, 5).words();
  const DeviceId device{1};
  EXPECT_TRUE(DeviceWindow::restore(device, N{5}, good));
  EXPECT_FALSE(DeviceWindow::restore(device, N{0}, good));
  EXPECT_FALSE(DeviceWindow::restore(device, N{model::kMaxN + 1}, good));
  EXPECT_FALSE(DeviceWindow::restore(device, N{4}, good));  // a value below 1 was seen
  auto highest_unseen = good;
  highest_unseen.seen[0] &= ~std::uint64_t{1};
  EXPECT_FALSE(DeviceWindow::restore(device, N{5}, highest_unseen));
  auto zero_unseen = good;
  zero_unseen.accepted[0] &= ~(std::uint64_t{1} << 5);  // the value 0
  EXPECT_FALSE(DeviceWindow::restore(device, N{5}, zero_unseen));
}

// The rule written down without bits: every fate is kept in a map, and a bound says what has been forgotten.
class PlainWindow {
 public:
  Mark look(std::uint64_t n) const {
    if (n < known_from_) return Mark::forgotten;
    const auto found = fates_.find(n);
    return found == fates_.end() ? Mark::unseen : found->second;
  }
  // True: the width has changed.
  bool mark(std::uint64_t n, Mark fate) {
    const bool was_wide = wide_;
    fates_[n] = fate;
    highest_ = std::max(highest_, n);
    wide_ = false;
    for (std::uint64_t v = std::max(known_from_, bottom(kWide)); v < bottom(kNarrow); ++v) {
      if (!fates_.contains(v)) wide_ = true;
    }
    known_from_ = std::max(known_from_, bottom(wide_ ? kWide : kNarrow));
    return wide_ != was_wide;
  }
  std::uint64_t lowest_unseen() const {
    std::uint64_t n = known_from_;
    while (fates_.contains(n)) ++n;
    return n;
  }
  std::uint64_t highest() const { return highest_; }
  bool wide() const { return wide_; }

 private:
  std::uint64_t bottom(std::uint64_t size) const { return highest_ >= size ? highest_ - size + 1 : 1; }

  std::map<std::uint64_t, Mark> fates_;
  std::uint64_t highest_ = 0, known_from_ = 1;
  bool wide_ = false;
};

// How a device behaves: mostly the next value; sometimes a jump, its oldest hole, or any value again.
std::uint64_t next_value(std::mt19937_64& random, const PlainWindow& plain, std::uint64_t longest_jump) {
  const std::uint64_t dice = random() % 200;
  if (dice < 1) return plain.highest() + 1 + random() % longest_jump;
  if (dice < 10) return plain.highest() - std::min(plain.highest() - 1, random() % 1100);
  return dice < 100 ? plain.lowest_unseen() : plain.highest() + 1;
}

TEST(DeviceWindow, AgreesWithThePlainRuleOnRandomValues) {
  int widths = 0;
  for (unsigned seed = 1; seed <= 12; ++seed) {
    std::mt19937_64 random(seed);
    constexpr std::array<std::uint64_t, 3> kJumps{3, 90, 1500};
    DeviceWindow window(DeviceId{1});
    PlainWindow plain;
    for (int step = 0; step < 6000; ++step) {
      const std::uint64_t n = step == 0 ? 1 + seed : next_value(random, plain, kJumps[seed % 3]);
      ASSERT_EQ(window.look(N{n}), plain.look(n)) << "seed " << seed << " step " << step << " n " << n;
      if (plain.look(n) != Mark::unseen) continue;
      const bool accepted = random() % 5 != 0;
      accepted ? window.mark_accepted(N{n}) : window.mark_refused(N{n});
      widths += plain.mark(n, accepted ? Mark::accepted : Mark::refused) ? 1 : 0;
      ASSERT_EQ(window.wide(), plain.wide()) << "seed " << seed << " step " << step;
      ASSERT_EQ(window.highest(), N{plain.highest()});
    }
    const std::uint64_t from = plain.highest() > 1200 ? plain.highest() - 1200 : 1;
    for (std::uint64_t n = from; n <= plain.highest() + 2; ++n) ASSERT_EQ(window.look(N{n}), plain.look(n)) << n;
  }
  EXPECT_GT(widths, 50) << "the windows hardly ever changed their width";
}

}  // namespace
}  // namespace skat::fold
