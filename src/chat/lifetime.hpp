// Lifetime: lets a callback find out that its object is gone. A member of whatever hands callbacks to the log, the
// store, the bus or a timer; a guarded callback that comes after the object's end is dropped uncalled. Lives on: the
// core executor, like its object and the callbacks.
#pragma once

#include <memory>
#include <utility>

namespace skat::chat {

class Lifetime {
 public:
  template <class F>
  [[nodiscard]] auto guard(F callback) const {
    return [alive = std::weak_ptr<const char>(token_), run = std::move(callback)](auto&&... args) mutable {
      if (!alive.expired()) run(std::forward<decltype(args)>(args)...);
    };
  }

 private:
  // shared_ptr: only so that callbacks can hold a weak_ptr.
  std::shared_ptr<const char> token_ = std::make_shared<const char>('\0');
};

}  // namespace skat::chat
