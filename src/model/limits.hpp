// Limits that belong to fold version 1 or to the chat protocol. protocol/limits.md says what happens at each.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace skat::model {

inline constexpr std::size_t kMaxTextBytes = 16 * 1024;    // a message's text, UTF-8
inline constexpr std::size_t kMaxNameCodePoints = 64;      // user and room names, at least 1
inline constexpr std::uint64_t kMaxN = (1ULL << 53) - 1;   // a JSON number stays exact
inline constexpr std::size_t kMaxDevicesPerSender = 16;    // per sender and room; the oldest is evicted
inline constexpr std::size_t kWindowValues = 64;           // newest values of n a device's window remembers
inline constexpr std::size_t kWideWindowValues = 1024;     // while a device has a wider unresolved span
inline constexpr std::size_t kMaxUnresolvedSpan = 512;     // a client keeps its unresolved n within this
inline constexpr std::size_t kMaxRecordBytes = 64 * 1024;  // one encoded record in the log
inline constexpr int kMaxJsonDepth = 32;                   // of a request on /chat

inline constexpr std::size_t kMaxPageMessages = 100;           // history.get
inline constexpr std::size_t kMaxResumeEvents = 1000;          // per room; past it the answer is resync
inline constexpr std::size_t kMaxResumeBytes = 1024 * 1024;    // per room, encoded
inline constexpr std::size_t kMaxRoomsPerResume = 500;         // rooms in one resume request
inline constexpr std::size_t kMaxJoiningEvents = 256;          // kept for one socket while it joins a stream
inline constexpr std::size_t kHotTailEvents = 200;             // newest events of an active room kept in memory
inline constexpr std::chrono::seconds kTypingLifetime{6};      // a typing mark ends by itself
inline constexpr std::size_t kMaxPresenceTextCodePoints = 64;  // of what a user says of his presence
inline constexpr std::chrono::seconds kAckTimeout{5};          // then the answer to a send is "unknown"

}  // namespace skat::model
