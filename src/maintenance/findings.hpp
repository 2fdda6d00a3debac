// Findings: what does not agree, one sentence each.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace skat::maintenance {

class Findings {
 public:
  static constexpr std::size_t kMaxKept = 100;  // Limit: sentences kept; the others are only counted

  void add(std::string sentence) {
    ++count_;
    if (sentences_.size() < kMaxKept) sentences_.push_back(std::move(sentence));
  }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }
  [[nodiscard]] const std::vector<std::string>& sentences() const noexcept { return sentences_; }

 private:
  std::size_t count_ = 0;
  std::vector<std::string> sentences_;
};

}  // namespace skat::maintenance
