#include "engineio/allow_request.hpp"

#include <utility>

namespace skat::engineio {

namespace {
constexpr const char* kForbidden = "Forbidden";
}

HandshakeDecision::HandshakeDecision(Decided decided) : decided_(std::move(decided)) {}

HandshakeDecision& HandshakeDecision::operator=(HandshakeDecision&& other) noexcept {
  if (this != &other) {
    decide(kForbidden);
    decided_ = std::move(other.decided_);
  }
  return *this;
}

HandshakeDecision::~HandshakeDecision() {
  decide(kForbidden);
}

void HandshakeDecision::allow() {
  decide(std::nullopt);
}

void HandshakeDecision::refuse(std::string text) {
  decide(std::move(text));
}

void HandshakeDecision::decide(std::optional<std::string> refusal) {
  if (auto decided = std::exchange(decided_, nullptr)) decided(std::move(refusal));
}

}  // namespace skat::engineio
