// Strong<Tag, T>: an integer or string that cannot be mixed up with another of the same representation.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <utility>

namespace skat::base {

template <class Tag, class T>
class Strong {
 public:
  using value_type = T;
  constexpr Strong() = default;
  constexpr explicit Strong(T value) : value_(std::move(value)) {}

  [[nodiscard]] constexpr const T& value() const noexcept { return value_; }
  // The one after this; for offsets and sequence numbers.
  [[nodiscard]] constexpr Strong next() const { return Strong{static_cast<T>(value_ + 1)}; }

  friend constexpr auto operator<=>(const Strong&, const Strong&) = default;
  friend constexpr bool operator==(const Strong&, const Strong&) = default;

 private:
  T value_{};
};

struct StrongHash {
  template <class Tag, class T>
  std::size_t operator()(const Strong<Tag, T>& s) const noexcept {
    return std::hash<T>{}(s.value());
  }
};

}  // namespace skat::base

template <class Tag, class T>
struct std::hash<skat::base::Strong<Tag, T>> {
  std::size_t operator()(const skat::base::Strong<Tag, T>& s) const noexcept { return std::hash<T>{}(s.value()); }
};
