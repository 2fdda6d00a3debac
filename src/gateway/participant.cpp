#include "gateway/participant.hpp"

#include <utility>

#include "gateway/wire_answers.hpp"
#include "gateway/wire_error.hpp"

namespace skat::gateway {

void Participant::send(const engineio::Frame& frame) {
  if (const auto s = socket.lock()) s->send(frame);
}

void Participant::join(const std::string& room_name) {
  if (const auto s = socket.lock()) s->join(room_name);
  if (const auto room = model::RoomId::parse(room_name); room && people != nullptr) people->open(this, *room);
}

void Participant::leave(const std::string& room_name) {
  if (const auto s = socket.lock()) s->leave(room_name);
  if (const auto room = model::RoomId::parse(room_name); room && people != nullptr) people->close(this, *room);
}

void Participant::resync(const model::RoomId& room, std::string_view reason) {
  if (const auto s = socket.lock()) s->emit("resync", encode_resync(room, reason));
}

std::string user_room(const model::UserId& user) {
  return "user:" + user.hex();
}

Reply::Reply(socketio::Ack ack, LoopNumbers& numbers, std::shared_ptr<Participant> asker)
    : ack_(std::move(ack)), numbers_(&numbers), asker_(std::move(asker)) {
  if (asker_) ++asker_->open_requests;
}

void Reply::ok(std::string_view json) {
  give(json);
}

void Reply::error(const error_code& error) {
  numbers_->refused.add();
  give(encode_error(error));
}

void Reply::give(std::string_view json) {
  if (asker_) --asker_->open_requests;
  if (ack_) ack_(json);
}

}  // namespace skat::gateway
