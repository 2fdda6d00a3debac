// Any bytes as a request: what is understood keeps to the limits of protocol/limits.md, and understanding leaves
// nothing behind. Input: one letter that names the request, then its JSON. tests/corpus/wire holds the first inputs.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "chat/text_rules.hpp"
#include "gateway/wire.hpp"
#include "model/limits.hpp"

namespace {

using skat::gateway::RequestParser;
namespace model = skat::model;

void check_n(const std::optional<model::N>& n) {
  SKAT_CHECK(!n || (n->value() >= 1 && n->value() <= model::kMaxN), "n out of range");
}

void parse(RequestParser& parser, char kind, std::string_view json) {
  if (kind == 's') {
    const auto send = parser.message_send(json);
    if (!send) return;
    check_n(send->n);
    SKAT_CHECK(skat::chat::check_text(send->text).has_value(), "a text that cannot be stored");
  } else if (kind == 'm') {
    if (const auto member = parser.room_member(json)) check_n(member->n);
  } else if (kind == 'c') {
    const auto credentials = parser.connect(json);
    if (!credentials) return;
    SKAT_CHECK(credentials->name.has_value() != credentials->token.has_value(), "neither or both");
    SKAT_CHECK(!credentials->name || skat::chat::check_name(*credentials->name).has_value(), "a bad name");
  } else if (kind == 'r') {
    const auto create = parser.room_create(json);
    SKAT_CHECK(!create || skat::chat::check_name(create->name).has_value(), "a bad room name");
    SKAT_CHECK(!create || create->access != model::Access::everyone, "access that nobody may ask for");
  } else if (kind == 'l') {
    const auto list = parser.room_list(json);
    SKAT_CHECK(!list || (list->limit >= 1 && list->limit <= 100), "a page limit out of range");
  } else if (kind == 'h') {
    const auto history = parser.history_get(json);
    SKAT_CHECK(!history || !(history->before && history->after), "both bounds");
    SKAT_CHECK(!history || (history->limit >= 1 && history->limit <= model::kMaxPageMessages), "a bad limit");
  } else if (kind == 'u') {
    const auto resume = parser.resume(json);
    SKAT_CHECK(!resume || resume->rooms.size() <= model::kMaxRoomsPerResume, "too many rooms");
  } else if (kind == 't') {
    (void)parser.typing(json).has_value();
  } else if (kind == 'd') {
    (void)parser.read_mark(json).has_value();
  } else if (kind == 'p') {
    const auto presence = parser.presence_set(json);
    SKAT_CHECK(!presence || !presence->text || skat::chat::check_presence_text(*presence->text), "a bad presence text");
  } else if (kind == 'g') {
    (void)parser.presence_get(json).has_value();
  } else {
    const auto text = parser.root_message(json);
    SKAT_CHECK(!text || skat::chat::check_text(*text).has_value(), "a text that cannot be stored");
  }
}

}  // namespace

SKAT_FUZZ_TARGET(wire) {
  if (input.empty()) return;
  static RequestParser parser;  // one for all inputs, as on a loop
  parse(parser, input.front(), input.substr(1));
  SKAT_CHECK(parser.room_list("{}").has_value(), "a request left something behind");
}
