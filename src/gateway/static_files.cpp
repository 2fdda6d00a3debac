#include "gateway/static_files.hpp"

#include <array>
#include <utility>

namespace skat::gateway {
namespace {

constexpr std::string_view kIndex = "/index.html";
// Vite puts the hash of the content into the names below this folder.
constexpr std::string_view kHashedFolder = "/assets/";
constexpr std::string_view kCsp =
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'";

constexpr std::string_view kNotBuilt = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Skat</title>
<h1>Skat is running</h1>
<p>This binary was built without the web client. Build it with <code>./dev web</code>, then build the binary again.</p>
<p>Any Socket.IO client can connect to this address.</p>
</html>
)";

std::string_view content_type_of(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kTypes{{
      {".html", "text/html; charset=UTF-8"},
      {".js", "text/javascript; charset=UTF-8"},
      {".mjs", "text/javascript; charset=UTF-8"},
      {".css", "text/css; charset=UTF-8"},
      {".json", "application/json"},
      {".map", "application/json"},
      {".webmanifest", "application/manifest+json"},
      {".svg", "image/svg+xml"},
      {".png", "image/png"},
      {".ico", "image/x-icon"},
      {".webp", "image/webp"},
      {".woff2", "font/woff2"},
      {".wasm", "application/wasm"},
      {".txt", "text/plain; charset=UTF-8"},
  }};
  for (const auto& [ending, type] : kTypes) {
    if (path.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

bool has_extension(std::string_view path) {
  const auto name = path.substr(path.rfind('/') + 1);
  return name.find('.') != std::string_view::npos;
}

// Walks a comma-separated header field; `each` gets the trimmed items and stops the walk by returning true.
template <class Each>
bool any_item(std::string_view list, Each each) {
  while (!list.empty()) {
    const auto comma = list.find(',');
    auto item = list.substr(0, comma);
    list = comma == std::string_view::npos ? std::string_view{} : list.substr(comma + 1);
    while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
    while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
    if (each(item)) return true;
  }
  return false;
}

// RFC 9110, 12.5.3. A coding is taken when it is named without q=0; "*" is not, and no weight beyond zero counts.
bool accepts(std::string_view accept_encoding, std::string_view coding) {
  return any_item(accept_encoding, [&](std::string_view item) {
    const auto semicolon = item.find(';');
    auto name = item.substr(0, semicolon);
    while (name.ends_with(' ')) name.remove_suffix(1);
    if (name != coding) return false;
    if (semicolon == std::string_view::npos) return true;
    const auto q = item.find("q=", semicolon);
    return q == std::string_view::npos || item.find_first_not_of("0.", q + 2) != std::string_view::npos;
  });
}

// RFC 9110, 13.1.2: weak comparison.
bool matches(std::string_view if_none_match, std::string_view etag) {
  return any_item(if_none_match, [&](std::string_view item) {
    if (item.starts_with("W/")) item.remove_prefix(2);
    return item == "*" || item == etag;
  });
}

std::string make_etag(std::string_view hash, std::string_view coding) {
  std::string etag = "\"";
  etag += hash;
  if (!coding.empty()) (etag += '-') += coding;
  return etag += '"';
}

}  // namespace

StaticFiles::StaticFiles(const std::vector<EmbeddedFile>& files) {
  for (const auto& file : files) {
    std::string path = "/";
    path += file.path;
    std::string_view coding;
    for (const std::string_view known : {"br", "gz"}) {
      if (path.ends_with(std::string(".") + std::string(known))) coding = known;
    }
    if (!coding.empty()) path.resize(path.size() - coding.size() - 1);
    auto& target = files_[path];
    auto& variant = coding.empty() ? target.plain : coding == "br" ? target.brotli : target.gzip;
    variant = {make_etag(file.hash, coding), base::share(std::string(file.bytes))};
    target.content_type = content_type_of(path);
    target.immutable = path.starts_with(kHashedFolder);
  }
  // A variant without its plain file has nobody to serve it to who accepts no coding.
  std::erase_if(files_, [](const auto& entry) { return !entry.second.plain.bytes; });
  if (!files_.contains(kIndex)) {
    auto& index = files_[std::string(kIndex)];
    index.content_type = content_type_of(kIndex);
    index.plain = {make_etag("not-built", {}), base::share(std::string(kNotBuilt))};
  }
}

const StaticFiles::File* StaticFiles::find(std::string_view path) const {
  if (path == "/") path = kIndex;
  if (const auto found = files_.find(path); found != files_.end()) return &found->second;
  if (has_extension(path) || path.starts_with(kHashedFolder)) return nullptr;
  return &files_.find(kIndex)->second;
}

net::HttpResponse StaticFiles::answer(const net::HttpRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    auto refused = net::HttpResponse::text(405, "method not allowed\n");
    refused.headers.push_back({"Allow", "GET, HEAD"});
    return refused;
  }
  const auto* file = find(request.path);
  if (file == nullptr) return net::HttpResponse::text(404, "not found\n");

  const auto accept = request.header("Accept-Encoding");
  const auto* variant = &file->plain;
  std::string_view coding;
  if (file->brotli.bytes && accepts(accept, "br")) {
    variant = &file->brotli;
    coding = "br";
  } else if (file->gzip.bytes && accepts(accept, "gzip")) {
    variant = &file->gzip;
    coding = "gzip";
  }

  net::HttpResponse response;
  auto& headers = response.headers;
  headers.push_back({"Content-Type", std::string(file->content_type)});
  headers.push_back({"Cache-Control", file->immutable ? "public, max-age=31536000, immutable" : "no-cache"});
  headers.push_back({"ETag", variant->etag});
  if (file->brotli.bytes || file->gzip.bytes) headers.push_back({"Vary", "Accept-Encoding"});
  headers.push_back({"Content-Security-Policy", std::string(kCsp)});
  headers.push_back({"X-Content-Type-Options", "nosniff"});
  headers.push_back({"Referrer-Policy", "no-referrer"});
  headers.push_back({"Cross-Origin-Opener-Policy", "same-origin"});
  if (matches(request.header("If-None-Match"), variant->etag)) {
    response.status = 304;
    return response;
  }
  if (!coding.empty()) headers.push_back({"Content-Encoding", std::string(coding)});
  response.body = variant->bytes;
  return response;
}

}  // namespace skat::gateway
