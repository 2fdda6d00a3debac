// Function<R(Args...)>: a move-only std::function (C++23's move_only_function, which g++ 12 lacks in C++20 mode).
// Small callables (up to 48 bytes, nothrow-movable) are kept inside; larger ones cost one allocation.
#pragma once

#include <cstddef>
#include <new>
#include <type_traits>
#include <utility>

#include "base/check.hpp"

namespace skat::base {

template <class Signature>
class Function;

template <class R, class... Args>
class Function<R(Args...)> {
  static constexpr std::size_t kInlineBytes = 48;

  struct Table {
    R (*call)(void*, Args&&...);
    void (*move)(void* from, void* to) noexcept;
    void (*destroy)(void*) noexcept;
  };

  template <class F>
  static constexpr bool kFits =
      sizeof(F) <= kInlineBytes && alignof(F) <= alignof(std::max_align_t) && std::is_nothrow_move_constructible_v<F>;

  template <class F>
  static constexpr Table kInlineTable{
      [](void* p, Args&&... args) -> R { return (*static_cast<F*>(p))(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept {
        ::new (to) F(std::move(*static_cast<F*>(from)));
        static_cast<F*>(from)->~F();
      },
      [](void* p) noexcept { static_cast<F*>(p)->~F(); }};

  template <class F>
  static constexpr Table kHeapTable{
      [](void* p, Args&&... args) -> R { return (**static_cast<F**>(p))(std::forward<Args>(args)...); },
      [](void* from, void* to) noexcept { *static_cast<F**>(to) = *static_cast<F**>(from); },
      [](void* p) noexcept { delete *static_cast<F**>(p); }};

 public:
  Function() noexcept = default;
  Function(std::nullptr_t) noexcept {}

  template <class F, class D = std::decay_t<F>>
    requires(!std::is_same_v<D, Function> && std::is_invocable_r_v<R, D&, Args...>)
  Function(F&& f) {
    if constexpr (kFits<D>) {
      ::new (static_cast<void*>(storage_)) D(std::forward<F>(f));
      table_ = &kInlineTable<D>;
    } else {
      ::new (static_cast<void*>(storage_)) D*(new D(std::forward<F>(f)));
      table_ = &kHeapTable<D>;
    }
  }

  Function(Function&& other) noexcept { take(other); }
  Function& operator=(Function&& other) noexcept {
    if (this != &other) {
      reset();
      take(other);
    }
    return *this;
  }
  Function& operator=(std::nullptr_t) noexcept {
    reset();
    return *this;
  }
  Function(const Function&) = delete;
  Function& operator=(const Function&) = delete;
  ~Function() { reset(); }

  explicit operator bool() const noexcept { return table_ != nullptr; }

  R operator()(Args... args) {
    SKAT_CHECK(table_ != nullptr, "an empty Function was called");
    return table_->call(storage_, std::forward<Args>(args)...);
  }

 private:
  void take(Function& other) noexcept {
    if (other.table_ != nullptr) {
      other.table_->move(other.storage_, storage_);
      table_ = std::exchange(other.table_, nullptr);
    }
  }
  void reset() noexcept {
    if (table_ != nullptr) std::exchange(table_, nullptr)->destroy(storage_);
  }

  const Table* table_ = nullptr;
  alignas(std::max_align_t) std::byte storage_[kInlineBytes];
};

}  // namespace skat::base
