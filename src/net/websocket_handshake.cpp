#include "net/websocket_handshake.hpp"

#include <openssl/sha.h>

#include <array>

#include "base/encoding.hpp"
#include "net/http_text.hpp"

namespace skat::net {

std::string accept_key(std::string_view key) {
  const std::string text = std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest;
  ::SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return base::to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string format_switching_protocols(std::string_view key, const std::vector<Header>& headers) {
  std::string head =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ";
  head.append(accept_key(key)).append("\r\n");
  for (const auto& [name, value] : headers) {
    if (is_token(name) && is_field_value(value)) head.append(name).append(": ").append(value).append("\r\n");
  }
  head.append("\r\n");
  return head;
}

}  // namespace skat::net
