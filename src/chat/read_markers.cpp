#include "chat/read_markers.hpp"

#include <algorithm>
#include <utility>

#include "base/logger.hpp"
#include "chat/errc.hpp"

namespace skat::chat {

ReadMarkers::ReadMarkers(const Config& config, base::Executor& core, const Partitions& partitions,
                         const HotTail& hot_tail, store::Store& store, Tell tell)
    : config_(config),
      core_(core),
      partitions_(partitions),
      hot_tail_(hot_tail),
      store_(store),
      tell_(std::move(tell)) {}

void ReadMarkers::mark(const model::UserId& user, const model::RoomId& room, model::Seq seq, bool quiet,
                       Done<store::ReadMarker> done) {
  const RoomFacts facts{room, {}, partitions_.room(room), partitions_.may_read(room, user), {}};
  if (const auto allowed = facts.check_read(); !allowed) {
    done(allowed.error());
    return;
  }
  const Place place{user, room};
  auto on_wanted = [this, place, quiet, done = std::move(done)](const result<Marker>& wanted) mutable {
    if (!wanted) {
      done(wanted.error());
      return;
    }
    auto on_stored = [this, place, quiet, wanted = *wanted,
                      done = std::move(done)](const result<Marker>& stored) mutable {
      if (!stored) {
        done(stored.error());
      } else {
        move(place, wanted, *stored, quiet, std::move(done));
      }
    };
    find_stored(place, std::move(on_stored));
  };
  find_mseq(place, seq, std::move(on_wanted));
}

// The number of the newest countable message up to `seq`: the head's own, or from the hot tail, or from the store.
void ReadMarkers::find_mseq(const Place& place, model::Seq seq, Done<Marker> done) {
  const auto view = partitions_.room(place.second);
  if (seq >= view->seq) {
    done(Marker{view->seq, view->mseq});
    return;
  }
  model::Seq look = seq;
  for (const HotEvent* event = hot_tail_.at(place.second, look); event != nullptr;
       event = hot_tail_.at(place.second, look)) {
    if (event->event.mseq) {
      done(Marker{seq, *event->event.mseq});
      return;
    }
    look = model::Seq{look.value() - 1};
  }
  if (look.value() == 0) {
    done(Marker{seq, {}});
    return;
  }
  auto on_page = [seq, done = std::move(done)](const result<store::Page>& page) mutable {
    if (!page) {
      done(errc::unavailable);
      return;
    }
    Marker marker{seq, {}};
    for (const model::Event& event : page->events) marker.mseq = event.mseq.value_or(marker.mseq);
    done(marker);
  };
  store_.page_before(place.second, look.next(), 1, lifetime_.guard(std::move(on_page)));
}

void ReadMarkers::find_stored(const Place& place, Done<Marker> done) {
  if (const auto found = known_.find(place); found != known_.end()) {
    done(found->second.marker);
    return;
  }
  auto on_rooms = [room = place.second,
                   done = std::move(done)](const result<std::vector<store::MyRoom>>& rooms) mutable {
    if (!rooms) {
      done(errc::unavailable);
      return;
    }
    const auto mine = std::ranges::find(*rooms, room, &store::MyRoom::id);
    done(mine == rooms->end() ? Marker{} : Marker{mine->read_seq, mine->read_mseq});
  };
  store_.rooms_of(place.first, lifetime_.guard(std::move(on_rooms)));
}

void ReadMarkers::move(const Place& place, Marker wanted, Marker stored, bool quiet, Done<store::ReadMarker> done) {
  const Marker held = newest(place.first, place.second, stored);
  if (wanted.seq <= held.seq) {
    done(store::ReadMarker{place.first, place.second, held.seq, held.mseq});
    return;
  }
  if (!has_room()) {
    done(errc::busy);
    return;
  }
  remember(place, wanted);
  const store::ReadMarker moved{place.first, place.second, wanted.seq, wanted.mseq};
  if (!quiet) tell_(moved);
  done(moved);
}

void ReadMarkers::begin(const model::UserId& user, const model::RoomId& room, model::Seq seq) {
  const Place place{user, room};
  find_mseq(place, seq, [this, place](const result<Marker>& at) {
    if (at && newest(place.first, place.second, {}).seq < at->seq && has_room()) remember(place, *at);
  });
}

Marker ReadMarkers::newest(const model::UserId& user, const model::RoomId& room, Marker stored) const {
  const auto found = known_.find({user, room});
  return found != known_.end() && found->second.marker.seq > stored.seq ? found->second.marker : stored;
}

bool ReadMarkers::has_room() {
  if (known_.size() < kMaxKnown) return true;
  std::erase_if(known_, [](const auto& entry) { return !entry.second.dirty; });
  return known_.size() < kMaxKnown;
}

void ReadMarkers::remember(const Place& place, Marker marker) {
  known_[place] = {marker, true};
  arm();
}

void ReadMarkers::arm() {
  if (std::exchange(armed_, true)) return;
  std::ignore = core_.after(config_.read_marker_interval, lifetime_.guard([this] {
    flush([this] {
      armed_ = false;
      if (std::ranges::any_of(known_, [](const auto& entry) { return entry.second.dirty; })) arm();
    });
  }));
}

void ReadMarkers::flush(base::Function<void()> done) {
  std::vector<store::ReadMarker> markers;
  for (const auto& [place, known] : known_) {
    if (known.dirty) markers.push_back({place.first, place.second, known.marker.seq, known.marker.mseq});
  }
  if (markers.empty()) {
    done();
    return;
  }
  auto on_written = [this, markers, done = std::move(done)](const result<void>& written) mutable {
    if (!written) {
      base::log(base::LogLevel::warn, "chat", "{} read markers wait: {}", markers.size(), written.error().message());
    }
    for (const store::ReadMarker& marker : markers) {
      const auto found = known_.find({marker.user, marker.room});
      if (written && found != known_.end() && found->second.marker.seq == marker.seq) found->second.dirty = false;
    }
    done();
  };
  store_.write_read_markers(std::move(markers), lifetime_.guard(std::move(on_written)));
}

}  // namespace skat::chat
