// Checks one JSON text (RFC 8259, UTF-8) and says where its parts lie; values stay the raw text they came as, so that
// key order, number forms, duplicate keys and escapes (lone surrogates too) pass through untouched. One pass, linear
// time, no recursion, no allocation beyond the element vector.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skat::socketio {

// Limit: arrays and objects inside one another; JsonRules::max_depth above it counts as this.
inline constexpr std::size_t kMaxJsonDepth = 512;

enum class JsonKind : std::uint8_t { null, boolean, number, string, array, object };

// Kind of a raw JSON value, by its first character.
[[nodiscard]] JsonKind json_kind(std::string_view raw) noexcept;

struct JsonRules {
  std::size_t max_depth = 128;
  // When set, an object whose "_placeholder" is exactly true must have an integer "num" below it, at any depth. (Of
  // duplicate keys the last one counts.) When not set, such objects are ordinary data.
  std::optional<std::size_t> attachments;
  std::size_t max_elements = std::numeric_limits<std::size_t>::max();  // of a top-level array
};

struct JsonOutline {
  std::string_view text;                   // without the white space around it
  std::vector<std::string_view> elements;  // of a top-level array: each element, raw
};

// errc::violation unless `text` is one JSON text and nothing else, and keeps `rules`. Views point into `text`.
[[nodiscard]] result<JsonOutline> scan_json(std::string_view text, const JsonRules& rules);

}  // namespace skat::socketio
