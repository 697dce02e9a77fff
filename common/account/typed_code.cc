#include "account/typed_code.h"

#include <algorithm>

namespace twinlock {
namespace {

constexpr std::size_t kMaxTyped = 256;

bool is_separator(char c) { return c == ' ' || c == '\t' || c == '-'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char to_upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }
bool is_base32(char c) { return (c >= 'A' && c <= 'Z') || (c >= '2' && c <= '7'); }

TypedCode::Kind kind_of(std::string_view code) {
  const bool digits = std::ranges::all_of(code, is_digit);
  if (digits && code.size() >= 6 && code.size() <= 8) return TypedCode::Kind::kToken;
  if (digits && code.size() == 9) return TypedCode::Kind::kBypass;
  if (!std::ranges::all_of(code, is_base32)) return TypedCode::Kind::kMalformed;
  if (code.size() == 10) return TypedCode::Kind::kInvitation;
  if (code.size() == 12) return TypedCode::Kind::kRecovery;
  return TypedCode::Kind::kMalformed;
}

}  // namespace

TypedCode read_typed_code(std::string_view typed) {
  if (typed.size() > kMaxTyped) return {};
  SecretBytes canonical(typed.size());
  std::size_t length = 0;
  for (const char c : typed) {
    if (!is_separator(c)) canonical.bytes()[length++] = static_cast<std::uint8_t>(to_upper(c));
  }
  canonical.shrink(length);
  const auto kind = kind_of(canonical.text());
  if (kind == TypedCode::Kind::kMalformed) return {};
  return {kind, std::move(canonical)};
}

}  // namespace twinlock
