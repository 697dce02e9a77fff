// New tokens, and the first code that makes one count.
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "account/record.h"
#include "base/result.h"

namespace twinlock {

/// RFC 4226 §4 R6: at least 128 bits; 160 are recommended and what we draw.
inline constexpr std::size_t kMinSecretBytes = 16;
inline constexpr std::size_t kNewSecretBytes = 20;
inline constexpr std::size_t kMaxSecretBytes = 64;

struct TokenParameters {
  Token::Type type = Token::Type::kTotp;
  HashAlgorithm algorithm = HashAlgorithm::kSha1;
  Digits digits = Digits::kSix;
  std::uint16_t period = 30;  ///< Seconds, 15 … 300.
};

/// A record without tokens. `code_key` is 32 fresh random bytes.
[[nodiscard]] SecretRecord new_record(std::span<const std::uint8_t, 32> code_key, std::optional<std::uint32_t> uid,
                                      UnixTime now);

/// A token that is not in any record yet and has no id. kUsage if the secret is not 16 … 64 bytes, the label longer
/// than 48 bytes or holding control characters, or the period out of range.
[[nodiscard]] Result<SecretBox<Token>> new_token(const TokenParameters& parameters,
                                                 std::span<const std::uint8_t> secret, std::string_view label,
                                                 UnixTime now);

/// kUsage if the label is longer than 48 bytes or holds control characters.
[[nodiscard]] Result<void> set_label(Token& token, std::string_view label);

/// Whether `code` is this token's; if so it is used up and the token becomes active.
[[nodiscard]] Result<bool> confirm_token(Token& token, std::string_view code, UnixTime now, std::uint8_t window);

/// Adds a confirmed token and returns its id. kRefused if the record has 8 already.
[[nodiscard]] Result<std::uint32_t> add_token(Record& record, const Token& token);

/// What `list` and `show` call the account: "active", "invited" or "disabled".
[[nodiscard]] std::string_view state_of(const Record& record);

}  // namespace twinlock
