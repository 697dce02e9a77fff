// HKDF-Expand with SHA-256 (RFC 5869 §2.3) through OpenSSL.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

/// `length` bytes of output (1 … 8160) from a pseudo-random key and `info`, which may be up to 1024 bytes long.
/// The key must already be uniformly random: the extract step is not done. kCrypto if OpenSSL refuses.
[[nodiscard]] Result<SecretBytes> hkdf_expand(std::span<const std::uint8_t> key, std::span<const std::uint8_t> info,
                                              std::size_t length);

}  // namespace twinlock
