// scrypt (RFC 7914) through OpenSSL: makes guessing a passphrase cost time and memory.
#pragma once

#include <cstdint>
#include <span>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

/// What one guess costs: about 128 · n · r bytes of memory. `n` is a power of two above 1 (RFC 7914 §2).
struct ScryptCost {
  std::uint64_t n;
  std::uint32_t r;
  std::uint32_t p;
};

/// `length` bytes (1 … 1024) from a passphrase and a salt, each of which may be empty. Where the cost needs more than
/// 192 MiB, and where OpenSSL refuses: kCrypto.
[[nodiscard]] Result<SecretBytes> scrypt(std::span<const std::uint8_t> passphrase, std::span<const std::uint8_t> salt,
                                         const ScryptCost& cost, std::size_t length);

}  // namespace twinlock
