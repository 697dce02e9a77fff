// SecretText: builds a text that holds a secret. Grows by moving; the pages left behind are wiped.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include "base/secret_bytes.h"

namespace twinlock {

class SecretText {
 public:
  void append(std::string_view text) {
    reserve(used_ + text.size());
    if (!text.empty()) std::memcpy(storage_.bytes().data() + used_, text.data(), text.size());
    used_ += text.size();
  }
  /// In decimal. For numbers that are no secret: their digits pass through a std::string.
  void append_number(std::uint64_t number) { append(std::to_string(number)); }

  /// The text so far; this object is not to be used afterwards.
  [[nodiscard]] SecretBytes take() && {
    storage_.shrink(used_);
    return std::move(storage_);
  }

 private:
  void reserve(std::size_t size) {
    if (size <= storage_.size()) return;
    SecretBytes larger(std::max({size, 2 * storage_.size(), std::size_t{4096}}));
    if (used_ > 0) std::memcpy(larger.bytes().data(), storage_.bytes().data(), used_);
    storage_ = std::move(larger);
  }

  SecretBytes storage_;
  std::size_t used_ = 0;
};

}  // namespace twinlock
