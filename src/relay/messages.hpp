// What the relay's messages say, as bytes. Numbers are little-endian; `text` is a 4-byte length and its bytes.
//
//   request       flags, transport (0 none, 1 polling, 2 websocket), text method, text sid, text body
//                 flags: 1 body follows, 2 octet stream, 4 revision 4, 8 b64, 16 upgrade, 32 origin malformed,
//                 64 origin refused
//   body          0, text body; or 1: too large
//   answer        2-byte status, flags (1 close, 2 has a body), 1-byte count, so many (text name, text value), text
//   body announcement  2-byte tag, 8-byte time of the claim, flags (1 asks the others to announce themselves, 2 has
//   dropped
//                 all that it had of others, after its bus was down)
//
// A polling request is known by its session to the last fact: origin and address were looked at when the session was
// made, the CORS headers of the answer are added by the node that has the connection. No header has to go along.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "engineio/config.hpp"
#include "engineio/session_request.hpp"
#include "net/http.hpp"

namespace skat::relay {

// Which tag a node says is its own. Of two that say the same the earlier claim stands, of equal claims the lower
// incarnation.
struct Announcement {
  engineio::NodeTag tag{};
  std::uint64_t claimed = 0;  // milliseconds since 1970
  bool asks = false;
  bool resets = false;
};

[[nodiscard]] base::Bytes encode(const engineio::SessionRequest& request);
[[nodiscard]] base::Bytes encode(const net::BodyResult& body);
[[nodiscard]] base::Bytes encode(const net::HttpResponse& answer);
[[nodiscard]] base::Bytes encode(const Announcement& announcement);

// nullopt: the bytes are not what they should be.
[[nodiscard]] std::optional<engineio::SessionRequest> decode_request(std::string_view bytes);
[[nodiscard]] std::optional<net::BodyResult> decode_body(std::string_view bytes);
[[nodiscard]] std::optional<net::HttpResponse> decode_answer(std::string_view bytes);
[[nodiscard]] std::optional<Announcement> decode_announcement(std::string_view bytes);

}  // namespace skat::relay
