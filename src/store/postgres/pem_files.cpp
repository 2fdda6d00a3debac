#include "store/postgres/pem_files.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.hpp"

namespace skat::store::postgres {

PemFiles::PemFiles(const Config& config)
    : authority_(place(config.ca_pem, config.ca_file, descriptors_[0])),
      certificate_(place(config.certificate_pem, config.certificate_file, descriptors_[1])),
      key_(place(config.key_pem, config.key_file, descriptors_[2])) {}

PemFiles::~PemFiles() {
  for (const int descriptor : descriptors_) {
    if (descriptor >= 0) ::close(descriptor);
  }
}

std::string PemFiles::place(const std::string& text, const std::string& file, int& descriptor) {
  if (text.empty()) return file;
  descriptor = ::memfd_create("skat-pem", MFD_CLOEXEC);
  SKAT_CHECK(descriptor >= 0, "no memory for a certificate");
  // libpq refuses a key that others may read.
  const bool written = ::fchmod(descriptor, S_IRUSR | S_IWUSR) == 0 &&
                       ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  SKAT_CHECK(written, "no memory for a certificate");
  return fmt::format("/proc/self/fd/{}", descriptor);
}

}  // namespace skat::store::postgres
