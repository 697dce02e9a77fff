// Sealing: AES-256-GCM (NIST SP 800-38D) through OpenSSL, with a 96-bit random nonce and a 128-bit tag.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

inline constexpr std::size_t kSealKeyBytes = 32;
inline constexpr std::size_t kSealNonceBytes = 12;
inline constexpr std::size_t kSealTagBytes = 16;

using SealNonce = std::array<std::uint8_t, kSealNonceBytes>;

struct SealInput {
  std::span<const std::uint8_t> key;         ///< 32 bytes.
  std::span<const std::uint8_t> nonce;       ///< 12 bytes, never used twice with one key.
  std::span<const std::uint8_t> associated;  ///< Authenticated, not encrypted.
};

/// Writes ciphertext and tag into `sealed`, which is exactly 16 bytes longer than `plain`. kCrypto if OpenSSL refuses.
[[nodiscard]] Result<void> seal(const SealInput& input, std::span<const std::uint8_t> plain,
                                std::span<std::uint8_t> sealed);

/// The plaintext of `sealed` (ciphertext and tag). kStore if the tag does not fit, kCrypto if OpenSSL refuses.
[[nodiscard]] Result<SecretBytes> unseal(const SealInput& input, std::span<const std::uint8_t> sealed);

}  // namespace twinlock
