#include "load/dialect.hpp"

#include <fmt/format.h>

#include <charconv>
#include <stdexcept>

namespace skat::load {
namespace {

constexpr std::int64_t kSetupLimitNs = 60'000'000'000;
constexpr std::size_t kConnectBatch = 200;

// The value of a string member; for answers whose shape is known.
std::string member(std::string_view json, std::string_view name) {
  const auto key = fmt::format("\"{}\":\"", name);
  const auto at = json.find(key);
  if (at == std::string_view::npos) throw std::runtime_error(fmt::format("no {} in {}", name, json.substr(0, 200)));
  const auto begin = at + key.size();
  return std::string(json.substr(begin, json.find('"', begin) - begin));
}

// Polls until `left` is 0.
void wait_for(Swarm& swarm, const std::size_t& left, const Swarm::OnText& on_text) {
  const auto end = now_ns() + kSetupLimitNs;
  while (left > 0) {
    swarm.poll(100, on_text);
    if (now_ns() > end) throw std::runtime_error(fmt::format("{} clients were not ready in time", left));
    if (swarm.closed() > 0) throw std::runtime_error("the server closed a connection");
  }
}

// Opens `count` connections in batches and sends each its CONNECT; `is_ready` tells when one is through.
template <class IsReady>
void connect_all(Swarm& swarm, std::size_t count, std::string_view hello, IsReady is_ready) {
  for (std::size_t done = 0; done < count; done += kConnectBatch) {
    std::size_t left = 0;
    for (std::size_t i = done; i < std::min(count, done + kConnectBatch); ++i, ++left) {
      swarm.send(swarm.connect(), hello);
    }
    wait_for(swarm, left, [&](std::size_t index, std::string_view text) {
      if (is_ready(index, text)) --left;
    });
  }
}

std::optional<std::uint64_t> ack_number(std::string_view frame, std::string_view prefix) {
  if (!frame.starts_with(prefix)) return std::nullopt;
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(frame.data() + prefix.size(), frame.data() + frame.size(), id);
  if (error != std::errc{}) return std::nullopt;
  return id;
}

class SkatDialect final : public Dialect {
 public:
  void enter(Swarm& swarm, std::size_t rooms, std::size_t count) override {
    connect_idle(swarm, rooms * count);
    rooms_.assign(rooms, lobby_);
    n_.assign(rooms * count, 1);
    if (rooms > 1) create_and_join(swarm, rooms, count);
    follow(swarm, rooms * count, count);
    per_room_ = count;
  }

  void connect_idle(Swarm& swarm, std::size_t count) override {
    connect_all(swarm, count, R"(40/chat,{"name":"load"})", [&](std::size_t, std::string_view text) {
      if (!text.starts_with("42/chat,[\"welcome\"")) return false;
      if (lobby_.empty()) lobby_ = member(text, "lobby");
      return true;
    });
  }

  void say(Swarm& swarm, std::size_t index, std::uint64_t ack_id, std::string_view text) override {
    swarm.send(index, fmt::format(R"(42/chat,{}["message.send",{{"room":"{}","n":{},"text":"{}"}}])", ack_id,
                                  rooms_[index / per_room_], n_[index]++, text));
  }
  void ask(Swarm& swarm, std::size_t index, std::uint64_t ack_id) override {
    swarm.send(index, fmt::format(R"(42/chat,{}["typing",{{"room":"{}","on":false}}])", ack_id, lobby_));
  }
  std::optional<std::uint64_t> ack_of(std::string_view frame) const override { return ack_number(frame, "43/chat,"); }

 private:
  // The first connection of each room creates it, the others join.
  void create_and_join(Swarm& swarm, std::size_t rooms, std::size_t count) {
    const auto run = now_ns();
    std::size_t left = rooms;
    for (std::size_t room = 0; room < rooms; ++room) {
      swarm.send(room * count, fmt::format(R"(42/chat,0["room.create",{{"name":"load {} {}"}}])", run, room));
    }
    wait_for(swarm, left, [&](std::size_t index, std::string_view text) {
      if (!text.starts_with("43/chat,0")) return;
      rooms_[index / count] = member(text, "id");
      n_[index] = 2;
      --left;
    });
    left = rooms * (count - 1);
    for (std::size_t i = 0; i < rooms * count; ++i) {
      if (i % count == 0) continue;
      swarm.send(i, fmt::format(R"(42/chat,0["room.join",{{"room":"{}","n":{}}}])", rooms_[i / count], n_[i]++));
    }
    wait_for(swarm, left, [&](std::size_t, std::string_view text) {
      if (text.starts_with("43/chat,0")) --left;
    });
  }

  void follow(Swarm& swarm, std::size_t connections, std::size_t count) {
    std::size_t left = connections;
    for (std::size_t i = 0; i < connections; ++i) {
      swarm.send(i, fmt::format(R"(42/chat,1["resume",{{"rooms":{{"{}":null}}}}])", rooms_[i / count]));
    }
    wait_for(swarm, left, [&](std::size_t, std::string_view text) {
      if (text.starts_with("43/chat,1")) --left;
    });
  }

  std::string lobby_;
  std::vector<std::string> rooms_;
  std::vector<std::uint64_t> n_;
  std::size_t per_room_ = 1;
};

class PlainDialect final : public Dialect {
 public:
  void enter(Swarm& swarm, std::size_t rooms, std::size_t count) override {
    connect_idle(swarm, rooms * count);
    per_room_ = count;
    std::size_t left = rooms * count;
    for (std::size_t i = 0; i < rooms * count; ++i) swarm.send(i, fmt::format(R"(420["join","room {}"])", i / count));
    wait_for(swarm, left, [&](std::size_t, std::string_view text) {
      if (text.starts_with("430")) --left;
    });
  }
  void connect_idle(Swarm& swarm, std::size_t count) override {
    connect_all(swarm, count, "40", [](std::size_t, std::string_view text) { return text.starts_with("40"); });
  }
  void say(Swarm& swarm, std::size_t index, std::uint64_t ack_id, std::string_view text) override {
    swarm.send(index, fmt::format(R"(42{}["say","room {}","{}"])", ack_id, index / per_room_, text));
  }
  void ask(Swarm& swarm, std::size_t index, std::uint64_t ack_id) override {
    swarm.send(index, fmt::format(R"(42{}["message-with-ack",1])", ack_id));
  }
  std::optional<std::uint64_t> ack_of(std::string_view frame) const override { return ack_number(frame, "43"); }

 private:
  std::size_t per_room_ = 1;
};

}  // namespace

std::string marked_text(std::uint64_t number, std::size_t bytes) {
  auto text = fmt::format("@{:016x}@", number);
  if (text.size() < bytes) text.append(bytes - text.size(), 'x');
  return text;
}

std::optional<std::uint64_t> mark_of(std::string_view frame) {
  const auto at = frame.find('@');
  if (at == std::string_view::npos || frame.size() < at + 18 || frame[at + 17] != '@') return std::nullopt;
  std::uint64_t number = 0;
  std::from_chars(frame.data() + at + 1, frame.data() + at + 17, number, 16);
  return number;
}

std::unique_ptr<Dialect> make_skat_dialect() {
  return std::make_unique<SkatDialect>();
}
std::unique_ptr<Dialect> make_plain_dialect() {
  return std::make_unique<PlainDialect>();
}

}  // namespace skat::load
