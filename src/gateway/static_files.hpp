// StaticFiles: the web client that the binary carries, answered from memory.
// Lives on: any thread after construction; it never changes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "net/http.hpp"

namespace skat::gateway {

// One file of the web client's folder. "x.br" and "x.gz" beside "x" are the same file, compressed beforehand.
struct EmbeddedFile {
  std::string_view path;  // "index.html", "assets/index-B3f9.js"
  std::string_view hash;  // of the content
  std::string_view bytes;
};

class StaticFiles {
 public:
  // Without an index.html: a page that says the web client was not built.
  explicit StaticFiles(const std::vector<EmbeddedFile>& files);

  // GET and HEAD of a percent-decoded path. A path without an extension that is no file is a place within the client,
  // which index.html finds by itself.
  [[nodiscard]] net::HttpResponse answer(const net::HttpRequest& request) const;

 private:
  struct Variant {
    std::string etag;  // strong, with quotes; one for each encoding
    base::SharedBytes bytes;
  };
  struct File {
    std::string_view content_type;
    bool immutable = false;  // the name changes with the content
    Variant plain, brotli, gzip;
  };
  [[nodiscard]] const File* find(std::string_view path) const;

  std::map<std::string, File, std::less<>> files_;  // by path, with a leading slash
};

// What tools/embed_web.cmake put into the binary; empty when the web client had not been built.
[[nodiscard]] std::vector<EmbeddedFile> embedded_web_files();

}  // namespace skat::gateway
