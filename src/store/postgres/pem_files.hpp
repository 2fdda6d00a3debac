// PemFiles: PEM text as the files that libpq wants, in memory only and readable by this process alone.
// Lives on: whoever made it; its paths from any thread. Ends by: destruction; no connection is made after that.
#pragma once

#include <string>

#include "store/postgres/config.hpp"

namespace skat::store::postgres {

class PemFiles {
 public:
  explicit PemFiles(const Config& config);
  ~PemFiles();
  PemFiles(const PemFiles&) = delete;
  PemFiles& operator=(const PemFiles&) = delete;

  // Paths; empty: none is set.
  [[nodiscard]] const std::string& authority() const noexcept { return authority_; }
  [[nodiscard]] const std::string& certificate() const noexcept { return certificate_; }
  [[nodiscard]] const std::string& key() const noexcept { return key_; }

 private:
  std::string place(const std::string& text, const std::string& file, int& descriptor);

  int descriptors_[3] = {-1, -1, -1};
  std::string authority_, certificate_, key_;
};

}  // namespace skat::store::postgres
