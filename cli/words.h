// The words by which the command line and JSON name things.
#pragma once

#include <string>
#include <string_view>

#include "account/record.h"

namespace twinlock {

[[nodiscard]] std::string_view name_of(Token::Type type);         ///< "totp", "hotp"
[[nodiscard]] std::string_view name_of(Token::State state);       ///< "pending", "active", "disabled"
[[nodiscard]] std::string_view name_of(HashAlgorithm algorithm);  ///< "sha1", "sha256", "sha512"

/// For people: "totp, 6 digits, 30 s, sha1".
[[nodiscard]] std::string description_of(const Token& token);

}  // namespace twinlock
