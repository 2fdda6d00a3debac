#include "chat/authority.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

namespace skat::chat {

bool Authority::look_elsewhere(const model::RoomId& room, error_code error) {
  if (error == errc::unknown) partitions_.distrust(room);  // no answer in time
  return error == errc::unknown || error == errc::shutting_down;
}

struct Authority::Gathering {
  Facts facts;
  std::size_t left = 0;
  base::Function<void(Facts)> done;

  void add(result<FactsQuestion::Answer> rooms) {
    if (rooms) {
      std::ranges::move(*rooms, std::back_inserter(facts.rooms));
    } else {
      facts.complete = false;
    }
    if (--left == 0) done(std::move(facts));
  }
};

void Authority::facts(model::UserId user, std::vector<model::RoomId> rooms, bool recent,
                      base::Function<void(Facts)> done) {
  std::map<std::optional<Incarnation>, std::vector<std::vector<model::RoomId>>> questions;  // by whom, in portions
  const auto portion_of = [&](std::optional<Incarnation> node) -> std::vector<model::RoomId>& {
    auto& portions = questions[node];
    if (portions.empty() || portions.back().size() >= FactsQuestion::kMaxRooms) portions.emplace_back();
    return portions.back();
  };
  std::vector<model::RoomId> nobodys;  // each asked alone: it makes this node follow the partition
  for (const model::RoomId& room : rooms) {
    const auto owner = partitions_.owner_of(room);
    if (!owner && !partitions_.here(room)) {
      nobodys.push_back(room);
    } else {
      portion_of(owner).push_back(room);
    }
  }
  if (recent) {
    portion_of(std::nullopt);
    for (const Incarnation owner : partitions_.owners()) portion_of(owner);
  }
  // shared_ptr: the last answer is not known beforehand.
  auto gathering = std::make_shared<Gathering>();
  gathering->done = std::move(done);
  gathering->left = nobodys.size() + 1;
  for (const auto& [node, portions] : questions) gathering->left += portions.size();
  for (auto& [node, portions] : questions) {
    for (auto& portion : portions) {
      FactsQuestion question{user, std::move(portion), recent};
      if (!node) {
        desk_.answer(std::move(question),
                     [gathering](result<FactsQuestion::Answer> answer) { gathering->add(std::move(answer)); });
        continue;
      }
      auto on_answer = [this, gathering, user, asked = question.rooms](result<FactsQuestion::Answer> answer) {
        const auto elsewhere = [&](const model::RoomId& room) { return look_elsewhere(room, answer.error()); };
        if (!answer && !asked.empty() && std::ranges::all_of(asked, elsewhere)) {
          gathering->left += asked.size();
          for (const model::RoomId& room : asked) {
            ask_here(room, FactsQuestion{user, {room}, false},
                     [gathering](result<FactsQuestion::Answer> again) { gathering->add(std::move(again)); });
          }
          gathering->add(FactsQuestion::Answer{});
        } else {
          gathering->add(std::move(answer));
        }
      };
      peers_.ask(*node, std::move(question), kPatience, lifetime_.guard(std::move(on_answer)));
    }
  }
  for (const model::RoomId& room : nobodys) {
    ask_here(room, FactsQuestion{user, {room}, false},
             [gathering](result<FactsQuestion::Answer> answer) { gathering->add(std::move(answer)); });
  }
  gathering->add(FactsQuestion::Answer{});
}

void Authority::facts(model::UserId user, const model::RoomId& room, Done<RoomFacts> done) {
  facts(user, {room}, false, [done = std::move(done)](Facts answer) mutable {
    if (answer.rooms.empty()) {
      done(errc::unavailable);
    } else {
      done(std::move(answer.rooms.front()));
    }
  });
}

void Authority::serve(Question question, Done<Answer> done) {
  const auto here = [this](const auto& asked) {
    if constexpr (std::is_same_v<std::decay_t<decltype(asked)>, FactsQuestion>) {
      return std::ranges::all_of(asked.rooms, [this](const model::RoomId& room) { return partitions_.here(room); });
    } else {
      return partitions_.here(room_of(asked));
    }
  };
  std::visit(
      [&](auto& asked) {
        using A = typename std::decay_t<decltype(asked)>::Answer;
        if (!here(asked)) {
          done(errc::shutting_down);
          return;
        }
        desk_.answer(std::move(asked), [done = std::move(done)](result<A> answer) mutable {
          if (answer) {
            done(Answer(std::move(*answer)));
          } else {
            done(answer.error());
          }
        });
      },
      question);
}

}  // namespace skat::chat
