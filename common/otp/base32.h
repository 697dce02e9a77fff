// Base32 (RFC 4648 §6), the form in which people and phone apps read token secrets.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

/// Upper case, without padding. No bytes give no text. kCrypto if liboath refuses.
[[nodiscard]] Result<SecretBytes> encode_base32(std::span<const std::uint8_t> bytes);

/// Takes either case, blanks and dashes anywhere, and '=' only at the end, however many.
/// kUsage for any other character and for a length that no whole number of bytes has; nothing left is no bytes.
/// As in liboath the last character's spare bits are not looked at: other programs hand such secrets out.
[[nodiscard]] Result<SecretBytes> decode_base32(std::string_view text);

}  // namespace twinlock
