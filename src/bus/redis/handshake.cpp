#include "bus/redis/handshake.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace skat::bus::redis {

std::optional<ServerInfo> read_hello(const resp::Reply& reply) {
  if (reply.type() != resp::Type::map && reply.type() != resp::Type::array) return std::nullopt;
  ServerInfo info;
  const auto text = [&](std::string_view key) {
    const auto found = reply.find(key);
    return found && found->size() == 0 ? found->text() : std::string_view{};
  };
  if (const auto protocol = reply.find("proto"); protocol && protocol->type() == resp::Type::integer) {
    info.protocol = protocol->number() == 3 ? 3 : 2;
  }
  const auto version = text("version");
  std::from_chars(version.data(), version.data() + version.size(), info.major);
  info.replica = text("role") == "replica" || text("role") == "slave";
  info.cluster = text("mode") == "cluster";
  return info;
}

Handshake::Handshake(std::string user, std::string password, std::string client_name)
    : user_(std::move(user)), password_(std::move(password)), client_name_(std::move(client_name)) {}

std::string Handshake::begin() const {
  std::string bytes;
  if (password_.empty()) {
    resp::append_command(bytes, {"HELLO", "3"});
  } else {
    resp::append_command(bytes, {"HELLO", "3", "AUTH", user_.empty() ? "default" : user_, password_});
  }
  return bytes;
}

Handshake::Step Handshake::on_reply(const resp::Reply& reply) {
  switch (state_) {
    case State::hello:
      if (reply.is_error()) {
        const auto error = reply.text();
        // The first of these repeats the command with its password; neither is ever shown.
        const bool older = error.starts_with("ERR unknown command") || error.starts_with("NOPROTO");
        if (!older) return refused("HELLO", error);
        if (password_.empty()) return name();
        state_ = State::auth;
        Step step;
        if (user_.empty()) {
          resp::append_command(step.send, {"AUTH", password_});
        } else {
          resp::append_command(step.send, {"AUTH", user_, password_});
        }
        return step;
      }
      if (const auto info = read_hello(reply)) {
        info_ = *info;
        return name();
      }
      return {.send = {}, .done = false, .problem = "the answer to HELLO is not understood: is this Redis?"};
    case State::auth:
      if (reply.is_error()) return refused("AUTH", reply.text());
      return name();
    case State::name:
      return {.send = {}, .done = true, .problem = {}};  // a user who may not set a name goes without
  }
  return {};
}

Handshake::Step Handshake::name() {
  state_ = State::name;
  Step step;
  resp::append_command(step.send, {"CLIENT", "SETNAME", client_name_});
  return step;
}

Handshake::Step Handshake::refused(std::string_view by, std::string_view error) const {
  std::string shown(error);
  if (!password_.empty()) {
    for (std::size_t at = shown.find(password_); at != std::string::npos; at = shown.find(password_, at + 3)) {
      shown.replace(at, password_.size(), "***");
    }
  }
  return {.send = {}, .done = false, .problem = fmt::format("{} was refused: {}", by, shown)};
}

}  // namespace skat::bus::redis
