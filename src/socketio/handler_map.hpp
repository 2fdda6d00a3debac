// HandlerMap: handlers by event name. A plain map: no name is special ("error", "__proto__", "constructor").
// Lives on: one loop.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "base/function.hpp"

namespace skat::socketio {

template <class Signature>
class HandlerMap {
 public:
  using Handler = base::Function<Signature>;

  // Replaces the one before. An empty handler removes it.
  void set(std::string_view name, Handler handler) {
    if (!handler) {
      if (const auto known = by_name_.find(name); known != by_name_.end()) by_name_.erase(known);
      return;
    }
    by_name_.insert_or_assign(std::string(name), std::make_shared<Handler>(std::move(handler)));
  }
  // Null when there is none. Shared: a running handler outlives its own replacement.
  [[nodiscard]] std::shared_ptr<Handler> find(std::string_view name) const {
    const auto known = by_name_.find(name);
    return known == by_name_.end() ? nullptr : known->second;
  }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view name) const noexcept { return std::hash<std::string_view>{}(name); }
  };
  std::unordered_map<std::string, std::shared_ptr<Handler>, Hash, std::equal_to<>> by_name_;
};

}  // namespace skat::socketio
