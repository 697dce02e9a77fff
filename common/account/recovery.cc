#include "account/recovery.h"

#include <algorithm>

#include "account/code_hash.h"
#include "crypto/random.h"

namespace twinlock {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
constexpr std::size_t kGroup = 4;

/// `count` characters of base32, each from five random bits.
Result<SecretBytes> random_base32(std::size_t count) {
  SecretBytes text(count);
  if (const auto filled = fill_random(text.bytes()); !filled) return filled.error();
  for (auto& byte : text.bytes()) byte = static_cast<std::uint8_t>(kAlphabet[byte % kAlphabet.size()]);
  return text;
}

SecretBytes grouped(const SecretBytes& code) {
  SecretBytes text(code.size() + (code.size() - 1) / kGroup);
  std::size_t at = 0;
  for (std::size_t i = 0; i < code.size(); ++i) {
    if (i > 0 && i % kGroup == 0) text.bytes()[at++] = '-';
    text.bytes()[at++] = code.bytes()[i];
  }
  return text;
}

}  // namespace

Result<std::vector<SecretBytes>> renew_recovery_codes(Record& record, std::size_t count) {
  record.recovery = {};
  ++record.recovery_sets;
  std::vector<SecretBytes> shown;
  for (std::size_t i = 0; i < std::min(count, kRecoveryCodes); ++i) {
    const auto code = random_base32(kRecoveryCodeCharacters);
    if (!code) return code.error();
    const auto hash = make_code_hash(record.code_key, code->text());
    if (!hash) return hash.error();
    record.recovery[i] = {RecoveryCode::State::kUnused, *hash, {}};
    shown.push_back(grouped(*code));
  }
  return shown;
}

std::size_t recovery_codes_left(const Record& record) {
  return static_cast<std::size_t>(
      std::ranges::count(record.recovery, RecoveryCode::State::kUnused, &RecoveryCode::state));
}

}  // namespace twinlock
