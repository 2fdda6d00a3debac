// Any bytes are refused or are a file that encodes to the same bytes again. They are tried as they are, and once more
// with the checksum that fits, since no mutation would ever find it. tests/corpus/fold_file holds the first inputs,
// without their checksums.
#include <openssl/evp.h>

#include <string>
#include <string_view>

#include "base/check.hpp"
#include "base/testing/fuzz_target.hpp"
#include "chat/fold_file.hpp"

namespace {

void try_bytes(std::string_view bytes) {
  auto [file, problem] = skat::chat::decode_fold_file(bytes);
  SKAT_CHECK(file.has_value() == (problem == nullptr), "neither a file nor a problem, or both");
  if (!file) return;
  const auto again = skat::chat::encode_fold_file(std::move(*file));
  SKAT_CHECK(again == bytes, "a file has a second form");
}

}  // namespace

SKAT_FUZZ_TARGET(fold_file) {
  try_bytes(input);
  std::string whole(input);
  unsigned char digest[32];
  unsigned size = 0;
  EVP_Digest(input.data(), input.size(), digest, &size, EVP_sha256(), nullptr);
  whole.append(reinterpret_cast<const char*>(digest), size);
  try_bytes(whole);
}
