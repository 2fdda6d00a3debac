#include "chat/node.hpp"

#include <limits>
#include <utility>

#include "base/logger.hpp"
#include "base/random.hpp"
#include "chat/authority.hpp"
#include "chat/desk.hpp"
#include "chat/end_offsets.hpp"
#include "chat/feed_message.hpp"
#include "chat/herald.hpp"
#include "chat/history.hpp"
#include "chat/hot_tail.hpp"
#include "chat/identity.hpp"
#include "chat/partitions.hpp"
#include "chat/peers.hpp"
#include "chat/presences.hpp"
#include "chat/read_markers.hpp"
#include "chat/recent_memberships.hpp"
#include "chat/room_feeds.hpp"
#include "chat/room_publisher.hpp"
#include "chat/rooms.hpp"
#include "chat/streams.hpp"
#include "chat/submit.hpp"
#include "chat/typing.hpp"
#include "chat/user_channels.hpp"

namespace skat::chat {
namespace {

constexpr std::chrono::milliseconds kFirstRetry{100}, kLongestRetry{5'000};
constexpr std::string_view kAnonymousName = "anonymous";

// The node's parts and nothing else: who hands what to whom.
class NodeImpl final : public Node,
                       private bus::BusListener,
                       private PartitionOwner::Listener,
                       private Partitions::Watcher {
 public:
  NodeImpl(const Config& config, base::Executor& core, log::Log& log, bus::Bus& bus, store::Store& store,
           Fanout& fanout, LocalCopies* copies)
      : config_(config),
        core_(core),
        bus_(bus),
        fanout_(fanout),
        hot_tail_(config.hot_tail_bytes),
        ranges_(hot_tail_, store),
        recent_(core),
        settings_(core, store, copies, log.log_id()),
        partitions_(config_, {core, log, store, hot_tail_, copies}, settings_, incarnation_, *this, *this),
        submitter_(
            config_, core, log, incarnation_, [this](const model::RoomId& room) { return partitions_.number_of(room); },
            [this](const model::RoomId& room, log::Offset offset) { partitions_.on_appended(room, offset); }),
        end_offsets_(core, partitions_),
        history_(partitions_, end_offsets_, hot_tail_, store),
        markers_(config_, core, partitions_, hot_tail_, store,
                 [this](const store::ReadMarker& at) {
                   users_.tell(at.user, UserMarked{at.room, at.seq, at.mseq}, UserChannels::Reach::cluster);
                 }),
        desk_(partitions_, end_offsets_, hot_tail_, ranges_, history_, markers_, recent_, store),
        peers_(core, bus, incarnation_),
        publisher_(core, bus, partitions_, incarnation_),
        herald_(config_, core, bus, publisher_, incarnation_),
        authority_(core, partitions_, peers_, desk_),
        feeds_(config_, {core, fanout, authority_, resyncs_}, partitions_, bus),
        streams_(authority_, feeds_, resyncs_),
        rooms_(authority_, store, submitter_),
        identity_(config_, core, store, settings_),
        typing_(core, publisher_, authority_),
        users_(config_, core, bus, incarnation_,
               [this](const model::UserId& user, const UserNews& news) { show(user, news); }),
        presences_(config_, core, bus, incarnation_, [this](PresenceNews news) { fanout_.presence(std::move(news)); }),
        backoff_(kFirstRetry, kLongestRetry) {}

  void start(Done<void> ready) override {
    ready_ = std::move(ready);
    bus_.start(*this);
    if (config_.live) {
      peers_.start(
          [this](Question question, Done<Answer> done) { authority_.serve(std::move(question), std::move(done)); });
      bus_.subscribe(std::string(kBeatsChannel), [] {});
      herald_.start([this] { return partitions_.held(); }, [this] { return feeds_.listening(); });
      presences_.start();
      arm_overdue();
    }
    waiting_for_ = "the store is needed for the secret of session tokens, of which this node has no copy yet";
    settings_.load(lifetime_.guard([this] {
      identity_.load(step([this] {
        waiting_for_.clear();
        partitions_.start(step([this] { make_lobby(); }));
      }));
    }));
  }

  [[nodiscard]] std::string waiting_for() const override {
    if (!ready_) return {};
    return waiting_for_.empty() ? partitions_.waiting_for() : waiting_for_;
  }

  void stop(base::Function<void()> stopped) override {
    if (ready_) finish_start(errc::shutting_down);
    state_ = State::stopping;
    stopped_ = std::move(stopped);
    std::ignore = core_.after(config_.drain_timeout, lifetime_.guard([this] {
      if (stopped_)
        base::log(base::LogLevel::warn, "chat", "drain timeout: {} requests unanswered", submitter_.pending());
      finish_stop();
    }));
    submitter_.when_idle([this] {
      partitions_.flush(lifetime_.guard([this] { partitions_.leave(lifetime_.guard([this] { flush_markers(); })); }));
    });
  }

  void authenticate(Credentials credentials, Done<Welcome> done) override {
    if (refused(done)) return;
    auto on_known = [this, done = std::move(done)](result<IdentityDesk::Known> known) mutable {
      if (!known) {
        done(known.error());
      } else {
        welcome(std::move(*known), std::move(done));
      }
    };
    identity_.identify(std::move(credentials), lifetime_.guard(std::move(on_known)));
  }

  void create_room(Identity who, std::string name, model::Access access, Done<RoomInfo> done) override {
    if (!refused(done)) rooms_.create(std::move(who), std::move(name), access, std::move(done));
  }

  void list_rooms(std::string after, std::size_t limit, Done<RoomListPage> done) override {
    if (!refused(done)) rooms_.list(std::move(after), limit, std::move(done));
  }

  void room_info(model::RoomId room, model::UserId user, Done<RoomInfo> done) override {
    if (!refused(done)) rooms_.info(room, user, std::move(done));
  }

  void submit(Submission submission, Done<Accepted> done) override {
    if (refused(done)) return;
    if (partitions_.overfull(submission.room)) {
      done(errc::unavailable);
    } else if (submission.kind == model::RecordKind::member_leave) {
      submit_leave(std::move(submission), std::move(done));
    } else {
      submitter_.submit(std::move(submission), std::move(done));
    }
  }

  void submit_anonymous(std::string text, Done<Accepted> done) override {
    Submission submission;
    submission.kind = model::RecordKind::message_send;
    submission.room = model::kLobby;
    submission.who = {model::kAnonymousUser, std::string(kAnonymousName), {}};
    submission.text = std::move(text);
    submit(std::move(submission), std::move(done));
  }

  void history(HistoryRequest request, Done<HistoryPage> done) override {
    if (!refused(done)) authority_.ask(HistoryQuestion{std::move(request)}, std::move(done));
  }

  void open_stream(StreamRequest request, Done<StreamStart> done) override {
    if (!refused(done)) streams_.open(std::move(request), std::move(done));
  }

  void close_stream(LoopIndex loop, model::RoomId room) override { streams_.close(loop, room); }

  void typing(Identity who, model::RoomId room, bool on) override {
    if (state_ == State::ready) typing_.set(who, room, on);
  }

  void mark_read(Identity who, model::RoomId room, model::Seq seq, Done<store::ReadMarker> done) override {
    if (!refused(done)) authority_.ask(MarkQuestion{room, who.user, seq}, std::move(done));
  }

  void people(LoopIndex loop, std::vector<PersonHere> people) override {
    if (state_ == State::stopping) return;
    for (const PersonHere& person : people) {
      users_.set_here(loop, person.user, person.presence.has_value());
      presences_.report(loop, person);
    }
  }

  void presence(model::RoomId room, Done<PresenceNews> done) override {
    if (!refused(done)) done(presences_.in_room(room));
  }

  [[nodiscard]] NodeStats stats() const override {
    const auto counts = partitions_.counts();
    NodeStats stats;
    stats.events = counts.owner.events;
    stats.duplicates = counts.owner.duplicates;
    stats.refused = counts.owner.refused;
    stats.dead_letters = counts.owner.dead_letters;
    stats.archived = counts.archiver.events;
    stats.archive_lag = counts.archiver.lag;
    stats.archive_commits = counts.archiver.commits;
    stats.pending = submitter_.pending();
    stats.feeds = feeds_.size();
    stats.rooms = counts.rooms;
    stats.owned = counts.owned;
    stats.relied_on = counts.relied_on;
    stats.tail = counts.tail;
    stats.resyncs = resyncs_;
    return stats;
  }

 private:
  enum class State { starting, ready, stopping };

  // True: `done` was told why nothing can be asked now.
  template <class T>
  bool refused(Done<T>& done) {
    if (state_ == State::ready) return false;
    done(state_ == State::starting ? errc::unavailable : errc::shutting_down);
    return true;
  }

  // A step of start(): the next one, or the end with its error.
  template <class F>
  Done<void> step(F next) {
    return lifetime_.guard([this, next = std::move(next)](const result<void>& outcome) mutable {
      if (!ready_) return;
      if (outcome) {
        next();
      } else {
        finish_start(outcome.error());
      }
    });
  }

  void make_lobby() {
    waiting_for_ = "the lobby has to be made";
    rooms_.ensure_lobby(lifetime_.guard([this](const result<void>& made) {
      if (!ready_) return;
      if (made || made.error() == condition::refused) {
        finish_start(made);
        return;
      }
      base::log(base::LogLevel::warn, "chat", "cannot make the lobby: {}; again", made.error().message());
      std::ignore = core_.after(backoff_.next(), lifetime_.guard([this] {
        if (ready_) make_lobby();
      }));
    }));
  }

  void finish_start(result<void> outcome) {
    if (outcome) state_ = State::ready;
    std::exchange(ready_, nullptr)(std::move(outcome));
  }

  void flush_markers() {
    markers_.flush(lifetime_.guard([this] { finish_stop(); }));
  }

  void finish_stop() {
    if (!stopped_) return;
    auto stopped = std::exchange(stopped_, nullptr);
    herald_.stop();
    submitter_.abandon();
    feeds_.close();
    users_.close();
    presences_.close();
    stopped();
  }

  // For a new user all that the lobby holds counts as read.
  void welcome(IdentityDesk::Known known, Done<Welcome> done) {
    const model::UserId user = known.identity.user;
    users_.expect(user);
    const bool new_user = known.new_user;
    auto on_mine = [known = std::move(known), done = std::move(done)](Rooms::Mine mine) mutable {
      done(Welcome{std::move(known.identity), std::move(known.token), std::move(mine.rooms), mine.complete});
    };
    if (!new_user) {
      rooms_.of_user(user, lifetime_.guard(std::move(on_mine)));
      return;
    }
    authority_.ask(
        MarkQuestion{model::kLobby, user, model::Seq{std::numeric_limits<std::uint64_t>::max()}, true},
        lifetime_.guard([this, user, on_mine = std::move(on_mine)](const result<store::ReadMarker>&) mutable {
          rooms_.of_user(user, lifetime_.guard(std::move(on_mine)));
        }));
  }

  // The answer waits until the local streams have got the event, so that by then the user's own have ended.
  void submit_leave(Submission submission, Done<Accepted> done) {
    const model::RoomId room = submission.room;
    submitter_.submit(
        std::move(submission), [this, room, done = std::move(done)](const result<Accepted>& left) mutable {
          if (!left) {
            done(left.error());
          } else {
            feeds_.pass(room, left->epoch, left->seq,
                        lifetime_.guard([left = *left, done = std::move(done)]() mutable { done(left); }));
          }
        });
  }

  // What lies in the log without an outcome although the fold has passed it: whoever decided it has said so to nobody.
  void arm_overdue() {
    std::ignore = core_.after(config_.outcome_wait / 2, lifetime_.guard([this] {
      for (const Submitter::Overdue& late : submitter_.overdue(config_.outcome_wait)) {
        const model::RoomId& room = late.key.room;
        if (!partitions_.here(room) && !partitions_.owner_of(room)) partitions_.want(room);
        if (partitions_.position(room) <= late.offset) continue;
        authority_.ask(OutcomeQuestion{late.key},
                       lifetime_.guard([this, key = late.key](const result<Accepted>& answer) {
                         if (answer || answer.error() == condition::refused) submitter_.on_decision(key, answer);
                       }));
      }
      arm_overdue();
    }));
  }

  // PartitionOwner::Listener
  void on_news(const model::RoomId& room, model::Epoch epoch, std::span<const FeedEventPtr> events) override {
    feeds_.on_news(room, epoch, events);
    if (config_.live && partitions_.owned(room)) herald_.on_news(room, epoch, events);
  }
  void on_event(const HotEventPtr& hot, bool live) override {
    recent_.on_event(*hot);
    if (!live || hot->event.room == model::kLobby) return;  // nobody comes to the lobby: everyone is there
    const model::Event& event = hot->event;
    // Without an owner whoever folds the event says it: better twice than not at all.
    const bool others_learn = !partitions_.owned(event.room) && partitions_.owner_of(event.room);
    const auto reach = others_learn ? UserChannels::Reach::node : UserChannels::Reach::cluster;
    switch (event.kind) {
      case model::EventKind::member_joined:
        if (!config_.live || partitions_.owned(event.room)) markers_.begin(event.sender, event.room, event.seq);
        [[fallthrough]];
      case model::EventKind::room_created:
        users_.tell(event.sender, UserJoined{describe(desk_.facts(event.room, event.sender))}, reach);
        break;
      case model::EventKind::member_left:
        users_.tell(event.sender, UserLeft{event.room, event.epoch, event.seq}, reach);
        break;
      case model::EventKind::message:
        break;
    }
  }
  void on_archived(std::span<const HotEventPtr> events) override { recent_.on_archived(events); }
  void on_decision(std::uint64_t origin, const EventKey& key, result<Accepted> answer) override {
    if (origin == incarnation_) {
      submitter_.on_decision(key, answer);
    } else if (config_.live && partitions_.owned(key.room)) {
      herald_.on_outcome(origin, key, std::move(answer));
    }
  }

  // To the sockets of this node; a leave when its streams have had the event.
  void show(const model::UserId& user, const UserNews& news) {
    if (const auto* joined = std::get_if<UserJoined>(&news)) {
      fanout_.room_joined(user, joined->room);
    } else if (const auto* marked = std::get_if<UserMarked>(&news)) {
      fanout_.marked_read(user, marked->room, marked->seq, marked->mseq);
    } else {
      const auto& left = std::get<UserLeft>(news);
      feeds_.pass(left.room, left.epoch, left.seq,
                  lifetime_.guard([this, user, room = left.room] { fanout_.room_left(user, room); }));
    }
  }

  // Partitions::Watcher
  void on_here(log::Partition partition) override { feeds_.verify(partition); }
  void on_missed(log::Partition partition) override { feeds_.verify(partition); }
  void on_gone(log::Partition partition) override {
    recent_.forget([this, partition](const model::RoomId& room) { return partitions_.number_of(room) == partition; });
  }

  // bus::BusListener
  void on_message(std::string_view channel, const base::SharedBytes& payload) override {
    if (const auto room = parse_room_channel(channel)) {
      if (state_ != State::starting) feeds_.on_message(*room, *payload);
      return;
    }
    if (is_partition_channel(channel)) {
      if (state_ != State::starting) feeds_.on_partition_message(*payload);
      return;
    }
    if (const auto user = parse_user_channel(channel)) {
      if (state_ != State::starting) users_.on_message(*user, *payload);
      return;
    }
    if (channel.starts_with(kPresenceChannel)) {
      if (state_ != State::starting) presences_.on_message(parse_presence_channel(channel), *payload);
      return;
    }
    auto message = decode_peer_message(*payload);
    if (!message) return;
    if (auto* beat = std::get_if<Beat>(&*message)) {
      publisher_.on_beat(*beat);
      partitions_.on_beat(*beat);
      feeds_.on_beat();
    } else if (auto* outcomes = std::get_if<Outcomes>(&*message)) {
      for (const Decided& decided : *outcomes) submitter_.on_decision(decided.key, decided.answer);
    } else if (auto* asked = std::get_if<Asked>(&*message)) {
      peers_.on_question(std::move(*asked));
    } else {
      peers_.on_answer(std::move(std::get<Answered>(*message)));
    }
  }
  void on_bus_down() override {
    partitions_.on_bus_down();
    feeds_.on_bus_down();
  }
  // The rooms are verified as soon as owners are heard again (on_missed).
  void on_bus_up() override { presences_.on_bus_up(); }

  // set at construction
  const Config config_;
  base::Executor& core_;
  bus::Bus& bus_;
  Fanout& fanout_;
  const std::uint64_t incarnation_ = base::random_u64();  // of this run of the node: marks its own records

  // The parts, each below those it uses.
  State state_ = State::starting;
  std::uint64_t resyncs_ = 0;
  HotTail hot_tail_;
  RangeReader ranges_;
  RecentMemberships recent_;
  Settings settings_;
  Partitions partitions_;
  Submitter submitter_;
  EndOffsets end_offsets_;
  History history_;
  ReadMarkers markers_;
  Desk desk_;
  Peers peers_;
  RoomPublisher publisher_;
  Herald herald_;
  Authority authority_;
  RoomFeeds feeds_;
  Streams streams_;
  Rooms rooms_;
  IdentityDesk identity_;
  Typing typing_;
  UserChannels users_;
  Presences presences_;

  Done<void> ready_;
  std::string waiting_for_;  // while starting, what is not the partitions'
  base::Function<void()> stopped_;
  Backoff backoff_;
  Lifetime lifetime_;
};

}  // namespace

std::unique_ptr<Node> make_node(const Config& config, base::Executor& core, log::Log& log, bus::Bus& bus,
                                store::Store& store, Fanout& fanout, LocalCopies* copies) {
  return std::make_unique<NodeImpl>(config, core, log, bus, store, fanout, copies);
}

}  // namespace skat::chat
