// SecretBytes: a run of secret bytes (a key, a code, a password). Move-only, wiped, without operator<<.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "base/secret_pages.h"

namespace twinlock {

class SecretBytes {
 public:
  SecretBytes() noexcept = default;
  /// `size` zero bytes.
  explicit SecretBytes(std::size_t size) : pages_(size), size_(size) {}
  explicit SecretBytes(std::span<const std::uint8_t> bytes) : SecretBytes(bytes.size()) {
    if (!bytes.empty()) std::memcpy(pages_.data(), bytes.data(), bytes.size());
  }
  explicit SecretBytes(std::string_view text)
      : SecretBytes(std::span(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())) {}
  SecretBytes(SecretBytes&& other) noexcept : pages_(std::move(other.pages_)), size_(std::exchange(other.size_, 0)) {}
  SecretBytes& operator=(SecretBytes&& other) noexcept {
    pages_ = std::move(other.pages_);
    size_ = std::exchange(other.size_, 0);
    return *this;
  }

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] std::span<std::uint8_t> bytes() noexcept { return {pages_.data(), size_}; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const noexcept { return {pages_.data(), size_}; }
  /// The same bytes as text; valid as long as this object is.
  [[nodiscard]] std::string_view text() const noexcept {
    return size_ == 0 ? std::string_view() : std::string_view(reinterpret_cast<const char*>(pages_.data()), size_);
  }
  /// Forgets the bytes behind the first `size`; they stay in the pages until those are wiped.
  void shrink(std::size_t size) noexcept { size_ = size < size_ ? size : size_; }

 private:
  SecretPages pages_;
  std::size_t size_ = 0;
};

}  // namespace twinlock
