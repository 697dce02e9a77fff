// The otpauth URI that a phone app reads from the QR code (the "Key URI format" of Google Authenticator).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "otp/hotp.h"

namespace twinlock {

struct TotpPeriod {
  std::uint16_t seconds = 30;  ///< 15 … 300.
};

struct HotpCounter {
  std::uint64_t next = 0;  ///< The counter of the next code.
};

/// What the phone has to know. Borrows its texts and the key.
struct OtpauthToken {
  std::string_view issuer;  ///< UTF-8; may be empty.
  std::string_view account;
  std::span<const std::uint8_t> key;
  HashAlgorithm algorithm = HashAlgorithm::kSha1;
  Digits digits = Digits::kSix;
  std::variant<TotpPeriod, HotpCounter> moves_by = TotpPeriod{};
};

/// otpauth://totp/Issuer:account?secret=…&issuer=Issuer, percent-encoded. What equals the defaults (SHA1, 6 digits,
/// 30 s) is left out: that keeps the QR code small, and several apps ignore it anyway. HOTP always states its counter.
/// kUsage if account or key is empty or the issuer holds a colon: apps cut the label at the first one.
[[nodiscard]] Result<SecretBytes> build_otpauth_uri(const OtpauthToken& token);

}  // namespace twinlock
