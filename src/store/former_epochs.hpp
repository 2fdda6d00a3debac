// The epochs that a partition had before, as every sibling keeps them among the settings.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "model/ids.hpp"

namespace skat::store {

// The setting's name. Its value: what format_former_epoch() gives for each of them, one after another.
[[nodiscard]] inline std::string former_epochs_setting(std::uint32_t partition) {
  return "former_epochs." + std::to_string(partition);
}

[[nodiscard]] inline std::string format_former_epoch(model::Epoch epoch) {
  return model::hex64(epoch.value());
}

// As far as the value can be read.
[[nodiscard]] inline std::vector<model::Epoch> parse_former_epochs(std::string_view value) {
  constexpr std::size_t kDigits = 16;
  std::vector<model::Epoch> epochs;
  for (; value.size() >= kDigits; value.remove_prefix(kDigits)) {
    const auto epoch = model::parse_hex64(value.substr(0, kDigits));
    if (!epoch) break;
    epochs.push_back(model::Epoch{*epoch});
  }
  return epochs;
}

}  // namespace skat::store
