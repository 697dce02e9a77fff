#include "base/username.h"

#include <algorithm>

namespace twinlock {
namespace {

bool is_control_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

}  // namespace

Result<Username> Username::parse(std::string_view text) {
  if (text.empty()) return Error{Error::Code::kUsage, "user name", "is empty", ""};
  if (text.size() > kMaxBytes) return Error{Error::Code::kUsage, "user name", "is longer than 255 bytes", ""};
  if (std::ranges::any_of(text, is_control_byte)) {
    return Error{Error::Code::kUsage, "user name", "holds a control character", ""};
  }
  return Username(std::string(text));
}

}  // namespace twinlock
