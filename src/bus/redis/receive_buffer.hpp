// ReceiveBuffer: bytes as they come from a socket, in one piece, until they have been read.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace skat::bus::redis {

class ReceiveBuffer {
 public:
  static constexpr std::size_t kReadBytes = 64 * 1024;     // room that one read has at least
  static constexpr std::size_t kSpareBytes = 1024 * 1024;  // what is larger is given back once it is empty

  [[nodiscard]] std::string_view unread() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
  void consume(std::size_t bytes) noexcept { begin_ += bytes; }

  // Room for the next read. Moves what is unread, so views into it end.
  [[nodiscard]] std::span<char> prepare() {
    const auto size = end_ - begin_;
    if (size == 0) {
      begin_ = end_ = 0;
      if (capacity_ > kSpareBytes) {
        data_.reset();
        capacity_ = 0;
      }
    }
    if (capacity_ - end_ < kReadBytes) {
      if (capacity_ - size >= kReadBytes && begin_ >= size) {
        std::memmove(data_.get(), data_.get() + begin_, size);
      } else {
        const auto capacity = std::max(4 * kReadBytes, 2 * (size + kReadBytes));
        auto larger = std::make_unique_for_overwrite<char[]>(capacity);
        if (size > 0) std::memcpy(larger.get(), data_.get() + begin_, size);
        data_ = std::move(larger);
        capacity_ = capacity;
      }
      begin_ = 0;
      end_ = size;
    }
    return {data_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t bytes) noexcept { end_ += bytes; }

 private:
  std::unique_ptr<char[]> data_;
  std::size_t capacity_ = 0, begin_ = 0, end_ = 0;
};

}  // namespace skat::bus::redis
