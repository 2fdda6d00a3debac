// One of each message between nodes, as bytes.
#pragma once

#include <vector>

#include "chat/peer_message.hpp"

namespace skat::chat::testing {

inline std::vector<base::Bytes> examples() {
  constexpr model::RoomId kRoom{{1, 2}};
  constexpr model::UserId kUser{{3, 4}};
  const EventKey key{kRoom, kUser, model::DeviceId{5}, model::N{6}};
  const Accepted accepted{model::Seq{7}, model::MSeq{8}, model::Epoch{9}, base::from_millis(1'767'225'600'000)};
  const auto event = std::make_shared<const FeedEvent>(
      FeedEvent{kRoom, model::Seq{2}, model::EventKind::message, kUser, R"({"seq":2})"});
  const auto next = std::make_shared<const FeedEvent>(
      FeedEvent{kRoom, model::Seq{3}, model::EventKind::member_left, kUser, R"({"seq":3})"});
  RoomFacts facts{kRoom, model::Epoch{9}, fold::RoomView{}, true, {model::Seq{1}, model::MSeq{1}}};
  facts.view->name = "Engine room";
  facts.view->access = model::Access::closed;
  facts.view->members = 3;
  const RoomFacts unknown{kRoom, model::Epoch{9}, std::nullopt, false, {}};
  HistoryRequest page;
  page.room = kRoom;
  page.user = kUser;
  page.before = model::Seq{100};
  HistoryPage history;
  history.epoch = model::Epoch{9};
  history.events = {event, next};
  history.head = model::Seq{3};
  history.more = true;
  return {
      encode(Beat{
          1,
          2,
          {{3, model::Epoch{4}, log::Offset{5}, 6, true, false}, {7, model::Epoch{8}, log::Offset{9}, 0, false, true}},
          {3, 11}}),
      encode(Outcomes{{key, accepted}, {key, make_error_code(errc::stale)}}),
      encode(Asked{1, 2, FactsQuestion{kUser, {kRoom, model::kLobby}, true}}),
      encode(Asked{1, 2, HistoryQuestion{page}}),
      encode(Asked{1, 2, RangeQuestion{kRoom, model::Seq{1}, model::Seq{3}}}),
      encode(Asked{1, 2, StreamQuestion{kRoom, kUser, Cursor{model::Epoch{9}, model::Seq{1}}}}),
      encode(Asked{1, 2, StreamQuestion{kRoom, kUser, std::nullopt}}),
      encode(Asked{1, 2, MarkQuestion{kRoom, kUser, model::Seq{3}, true}}),
      encode(Asked{1, 2, OutcomeQuestion{key}}),
      encode(Answered{2, Answer(FactsQuestion::Answer{facts, unknown})}),
      encode(Answered{2, Answer(history)}),
      encode(Answered{2, Answer(RangeQuestion::Answer{event, next})}),
      encode(Answered{2, Answer(StreamStart{model::Epoch{9}, model::Seq{3}, model::MSeq{1}, false, {event, next}})}),
      encode(Answered{2, Answer(store::ReadMarker{kUser, kRoom, model::Seq{3}, model::MSeq{1}})}),
      encode(Answered{2, Answer(accepted)}),
      encode(Answered{2, make_error_code(errc::unavailable)}),
  };
}

}  // namespace skat::chat::testing
