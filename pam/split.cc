// MUST 1: the code is only cut off here; it is never looked at before the password module has had its say.
#include "pam/split.h"

#include <algorithm>

#include "pam/login_desk.h"

namespace twinlock {
namespace {

constexpr std::size_t kSplitDigits = 6;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t code_length(std::string_view field) {
  if (field.size() < kSplitDigits) return 0;
  return std::ranges::all_of(field.substr(field.size() - kSplitDigits), is_digit) ? kSplitDigits : 0;
}

Result<Verdict> split(PamSession& pam) {
  pam.drop_code();
  const auto field = pam.password();
  if (!field) return field.error();
  const std::string_view text = field->text();
  const std::size_t password_length = text.size() - code_length(text);
  if (password_length == 0) return Verdict::kWrongCode;
  if (const auto kept = pam.keep_code(SecretBytes(text.substr(password_length))); !kept) return kept.error();
  if (const auto set = pam.set_password(text.substr(0, password_length)); !set) return set.error();
  return Verdict::kExempt;
}

}  // namespace

Verdict split_field(PamSession& pam) {
  const auto verdict = split(pam);
  return verdict ? *verdict : refuse(pam, verdict.error());
}

}  // namespace twinlock
