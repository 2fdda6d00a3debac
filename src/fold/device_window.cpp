#include "fold/device_window.hpp"

#include <algorithm>

namespace skat::fold {
namespace {

constexpr std::uint64_t kAllBits = ~std::uint64_t{0};
using WordArray = std::array<std::uint64_t, DeviceWindow::kWords>;

// Moves every bit `by` places towards older values; what comes in at the new end is 0.
void shift(WordArray& words, std::uint64_t by) {
  const std::uint64_t whole = by / 64;
  const std::uint64_t bits = by % 64;
  for (std::size_t i = words.size(); i-- > 0;) {
    std::uint64_t word = 0;
    if (i >= whole) {
      word = words[i - whole] << bits;
      if (bits != 0 && i > whole) word |= words[i - whole - 1] >> (64 - bits);
    }
    words[i] = word;
  }
}

bool has_unseen_below_newest(const DeviceWindow::Words& words) {
  for (std::size_t i = DeviceWindow::kNarrowWords; i < DeviceWindow::kWords; ++i)
    if ((words.seen[i] | words.accepted[i]) != kAllBits) return true;
  return false;
}

}  // namespace

DeviceWindow::Mark DeviceWindow::look(model::N n) const noexcept {
  if (n.value() > highest_) return Mark::unseen;
  const std::uint64_t back = highest_ - n.value();
  if (back >= (older_ ? model::kWideWindowValues : model::kWindowValues)) return Mark::forgotten;
  const std::size_t word = back / 64;
  const std::uint64_t bit = std::uint64_t{1} << (back % 64);
  const bool seen = ((word == 0 ? seen_ : older_->seen[word - 1]) & bit) != 0;
  const bool accepted = ((word == 0 ? accepted_ : older_->accepted[word - 1]) & bit) != 0;
  if (seen) return accepted ? Mark::accepted : Mark::refused;
  return accepted ? Mark::forgotten : Mark::unseen;
}

void DeviceWindow::mark(std::uint64_t n, bool accepted) {
  if (n > highest_) slide(n - highest_);
  const std::uint64_t back = highest_ - n;
  const std::uint64_t bit = std::uint64_t{1} << (back % 64);
  if (back < 64) {
    seen_ |= bit;
    if (accepted) accepted_ |= bit;
    return;
  }
  // A value that far back can be unseen only while wide; seeing it may have closed the last hole down there.
  Words all = words();
  all.seen[back / 64] |= bit;
  if (accepted) all.accepted[back / 64] |= bit;
  set_words(all);
}

void DeviceWindow::slide(std::uint64_t by) {
  const std::uint64_t unseen = ~(seen_ | accepted_);
  const bool drops_unseen = by >= 64 || (unseen >> (64 - by)) != 0;
  highest_ += by;
  if (!older_ && !drops_unseen) {
    seen_ <<= by;
    accepted_ <<= by;
    return;
  }
  Words all = words();
  shift(all.seen, by);
  shift(all.accepted, by);
  set_words(all);
}

DeviceWindow::Words DeviceWindow::words() const noexcept {
  Words all;
  all.seen.fill(0);
  all.accepted.fill(kAllBits);
  all.seen[0] = seen_;
  all.accepted[0] = accepted_;
  if (older_) {
    std::copy(older_->seen.begin(), older_->seen.end(), all.seen.begin() + 1);
    std::copy(older_->accepted.begin(), older_->accepted.end(), all.accepted.begin() + 1);
  }
  return all;
}

// Wide exactly while an unseen value lies below the newest 64.
void DeviceWindow::set_words(const Words& words) {
  seen_ = words.seen[0];
  accepted_ = words.accepted[0];
  if (!has_unseen_below_newest(words)) {
    older_.reset();
    return;
  }
  if (!older_) older_ = std::make_unique<Older>();
  std::copy(words.seen.begin() + 1, words.seen.end(), older_->seen.begin());
  std::copy(words.accepted.begin() + 1, words.accepted.end(), older_->accepted.begin());
}

bool DeviceWindow::all_accepted() const noexcept {
  const std::uint64_t existing = highest_ >= 64 ? kAllBits : (std::uint64_t{1} << highest_) - 1;
  return !older_ && accepted_ == kAllBits && seen_ == existing;
}

std::optional<DeviceWindow> DeviceWindow::restore(model::DeviceId device, model::N highest, const Words& words) {
  if (highest.value() < 1 || highest.value() > model::kMaxN) return std::nullopt;
  if ((words.seen[0] & 1) == 0) return std::nullopt;  // the highest is a value that was used
  // Values below 1 do not exist: they are "forgotten".
  for (std::uint64_t back = highest.value(); back < model::kWideWindowValues; ++back) {
    const std::uint64_t bit = std::uint64_t{1} << (back % 64);
    if ((words.seen[back / 64] & bit) != 0 || (words.accepted[back / 64] & bit) == 0) return std::nullopt;
  }
  DeviceWindow window(device);
  window.highest_ = highest.value();
  window.set_words(words);
  return window;
}

}  // namespace skat::fold
