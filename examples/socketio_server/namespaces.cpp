#include "namespaces.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace example {
namespace {

using skat::result;
using skat::socketio::Ack;
using skat::socketio::BroadcastAnswers;
using skat::socketio::ConnectDecision;
using skat::socketio::EventView;
using skat::socketio::Namespace;
using skat::socketio::Server;
using skat::socketio::Socket;
using skat::socketio::SocketDescription;
using SocketPtr = std::shared_ptr<Socket>;
using std::chrono::milliseconds;

constexpr milliseconds kAnswerTime{500};
constexpr milliseconds kCheckTime{20};
constexpr std::string_view kAdminToken = "let me in";

// The text of a string argument; nothing when there is none or it is something else.
std::optional<std::string> text_argument(const EventView& event, std::size_t index) {
  namespace socketio = skat::socketio;
  if (event.args.size() <= index || socketio::json_kind(event.args[index]) != socketio::JsonKind::string) return {};
  return socketio::decode_json_string(event.args[index]);
}

// The second argument and those after it, raw.
std::string_view after_first(const EventView& event) {
  if (event.args.size() < 2) return {};
  return event.args_json.substr(static_cast<std::size_t>(event.args[1].data() - event.args_json.data()));
}

// A handler whose first argument is a text; events without it are not for it.
template <class Handler>
Namespace::EventHandler with_text(Handler handler) {
  return [handler](const SocketPtr& socket, const EventView& event, Ack ack) {
    if (const auto text = text_argument(event, 0)) handler(socket, *text, event, std::move(ack));
  };
}

void ask_everyone(const SocketPtr& socket, const EventView& event, Ack ack) {
  socket->nsp()
      .everyone()
      .timeout(kAnswerTime)
      .emit_with_ack("question", event.args_json, [ack = std::move(ack)](const BroadcastAnswers& got) {
        std::string answers;
        for (const auto& answer : got.answers) answers += (answers.empty() ? "" : ",") + answer.args_json;
        ack((got.error ? "\"" + got.error.message() + "\"" : "null") + ",[" + answers + "]");
      });
}

void who(const SocketPtr& socket, const EventView& event, Ack ack) {
  auto whom = socket->nsp().everyone();
  if (const auto room = text_argument(event, 0)) whom = whom.in(*room);
  whom.fetch_sockets([ack = std::move(ack)](const result<std::vector<SocketDescription>>& sockets) {
    if (!sockets) return ack("\"" + sockets.error().message() + "\",[]");
    std::string ids;
    for (const auto& found : *sockets) ids += (ids.empty() ? "\"" : ",\"") + found.id + "\"";
    ack("null,[" + ids + "]");
  });
}

// Events of every namespace here. Handlers at the namespace serve all its sockets.
void register_events(Namespace& nsp) {
  nsp.on("message", [](const SocketPtr& socket, const EventView& event, const Ack&) {
    socket->emit("message-back", event.args_json, event.attachments);
  });
  nsp.on("message-with-ack",
         [](const SocketPtr&, const EventView& event, const Ack& ack) { ack(event.args_json, event.attachments); });
  nsp.on("join", with_text([](const SocketPtr& socket, const std::string& room, const EventView&, const Ack& ack) {
           socket->join(room);
           ack("");
         }));
  nsp.on("leave", with_text([](const SocketPtr& socket, const std::string& room, const EventView&, const Ack& ack) {
           socket->leave(room);
           ack("");
         }));
  nsp.on("say", with_text([](const SocketPtr& socket, const std::string& room, const EventView& event, const Ack& ack) {
           if (event.args.size() != 2) return;
           socket->nsp().to(room).emit("said", event.args[1], event.attachments);
           ack("");
         }));
  nsp.on("binary",
         with_text([](const SocketPtr& socket, const std::string& room, const EventView& event, const Ack& ack) {
           socket->to(room).emit("binary", after_first(event), event.attachments);
           ack("");
         }));
  nsp.on("shout", [](const SocketPtr& socket, const EventView& event, const Ack& ack) {
    socket->broadcast().emit("shouted", event.args_json, event.attachments);
    ack("");
  });
  nsp.on("ask-everyone", ask_everyone);
  nsp.on("who", who);
  nsp.on("kick", with_text([](const SocketPtr& socket, const std::string& id, const EventView&, const Ack& ack) {
           ack("");
           socket->nsp().in(id).disconnect_sockets();
         }));
  nsp.on("close", [](const SocketPtr& socket, const EventView&, const Ack& ack) {
    ack("");
    socket->disconnect(true);
  });
}

// A client that was recovered has been greeted before.
void greet(const SocketPtr& socket) {
  if (socket->recovered()) return;
  socket->emit("auth", socket->auth_json());
}

void open_to_all(Namespace& nsp) {
  register_events(nsp);
  nsp.on_connection(greet);
}

// Lets nobody in without the token. The check takes its time, as one that asks a database would.
void guard(Namespace& nsp, skat::base::Executor& loop) {
  nsp.use([&loop](Socket& socket, ConnectDecision decision) {
    const auto token = skat::socketio::json_string_member(socket.auth_json(), "token");
    static_cast<void>(loop.after(kCheckTime, [known = token == kAdminToken, decision = std::move(decision)] {
      if (known) return decision.accept();
      decision.refuse({.message = "Not authorized", .data_json = R"({"code":401,"hint":"a token is needed"})"});
    }));
  });
}

// "/room-" and a number.
bool is_room(std::string_view name) {
  constexpr std::string_view kPrefix = "/room-";
  if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) return false;
  return name.find_first_not_of("0123456789", kPrefix.size()) == std::string_view::npos;
}

}  // namespace

void register_namespaces(Server& server, skat::base::Executor& loop) {
  for (const auto* name : {"/", "/custom", "/admin"}) {
    open_to_all(server.of(name));
  }
  guard(server.of("/admin"), loop);
  server.of(is_room, open_to_all);
}

}  // namespace example
