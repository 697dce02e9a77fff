// HMAC-SHA-256 (RFC 2104, FIPS 180-4) through OpenSSL.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

#include "base/result.h"

namespace twinlock {

using Mac = std::array<std::uint8_t, 32>;

/// The MAC over the parts one after the other. The caller makes their borders unambiguous. kCrypto if OpenSSL refuses.
[[nodiscard]] Result<Mac> hmac_sha256(std::span<const std::uint8_t> key,
                                      std::initializer_list<std::span<const std::uint8_t>> parts);

/// Compares in a time that depends on the lengths only.
[[nodiscard]] bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b);

[[nodiscard]] inline std::span<const std::uint8_t> bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace twinlock
