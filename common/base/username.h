// Username: the canonical name of an account, checked once so that nothing behind it needs to ask again.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace twinlock {

class Username {
 public:
  static constexpr std::size_t kMaxBytes = 255;

  /// Accepts 1 … 255 bytes without NUL and control characters (0x01–0x1F, 0x7F); anything else is kUsage.
  /// Blanks, `DOMAIN\alice`, `alice@dom`, `../x` and bytes above 0x7F are legal: a name is data, never a path.
  static Result<Username> parse(std::string_view text);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }
  auto operator<=>(const Username&) const = default;

 private:
  explicit Username(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

}  // namespace twinlock
