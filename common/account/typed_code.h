// What a user typed, told apart by shape alone (DESIGN section 1). Blanks and dashes anywhere are ignored.
#pragma once

#include <string_view>

#include "base/secret_bytes.h"

namespace twinlock {

struct TypedCode {
  enum class Kind {
    kMalformed,   ///< No code has this shape, so nothing is compared and nothing is counted.
    kToken,       ///< 6, 7 or 8 digits.
    kBypass,      ///< 9 digits.
    kInvitation,  ///< 10 characters of the base32 alphabet.
    kRecovery,    ///< 12 characters of the base32 alphabet.
  };
  Kind kind = Kind::kMalformed;
  SecretBytes canonical;  ///< Digits, or upper-case base32; empty if malformed.
};

/// Accepts any bytes of any length; NUL bytes and everything over 256 bytes are malformed.
[[nodiscard]] TypedCode read_typed_code(std::string_view typed);

}  // namespace twinlock
