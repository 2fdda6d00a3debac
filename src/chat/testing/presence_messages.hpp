// One of each message about presence, as bytes.
#pragma once

#include <vector>

#include "chat/presence_message.hpp"

namespace skat::chat::testing {

inline std::vector<base::Bytes> presence_examples() {
  constexpr model::RoomId kRoom{{1, 2}};
  const PresentPerson ada{model::UserId{{3, 4}}, "Ada", {PresenceState::dnd, "writing", 1'767'225'600'000}};
  const PresentPerson bob{model::UserId{{5, 6}}, "Bob", {PresenceState::offline, {}, 0}};
  return {
      encode(PresencePeople{1, 2, 0, true, {ada}}),
      encode(PresencePeople{1, 3, 2, false, {ada, bob}}),
      encode(PresenceCount{1, 2, 3}),
      encode(PresenceQuestion{1, 0}),
      encode(PresenceLease{1, 2, false, {{kRoom, 3}, {model::kLobby, 4}}}),
      encode(PresenceLease{1, 2, true, {}}),
      encode(PresenceGoodbye{1}),
  };
}

}  // namespace skat::chat::testing
