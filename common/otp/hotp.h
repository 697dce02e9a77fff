// One-time codes: RFC 4226 (HOTP), computed by liboath. TOTP is HOTP over a time step (otp/totp.h).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/result.h"

namespace twinlock {

enum class HashAlgorithm : std::uint8_t { kSha1 = 1, kSha256 = 2, kSha512 = 3 };
enum class Digits : std::uint8_t { kSix = 6, kSeven = 7, kEight = 8 };

[[nodiscard]] constexpr std::size_t count_of(Digits digits) { return static_cast<std::size_t>(digits); }

/// A computed code. Wiped when destroyed.
class OneTimeCode {
 public:
  OneTimeCode() = default;
  OneTimeCode(const OneTimeCode&) = delete;
  OneTimeCode& operator=(const OneTimeCode&) = delete;
  OneTimeCode(OneTimeCode&& other) noexcept;
  OneTimeCode& operator=(OneTimeCode&&) = delete;
  ~OneTimeCode();

  [[nodiscard]] std::string_view text() const noexcept { return {characters_.data(), length_}; }

 private:
  friend Result<OneTimeCode> hotp_code(std::span<const std::uint8_t>, std::uint64_t, Digits, HashAlgorithm);
  std::array<char, 9> characters_{};
  std::size_t length_ = 0;
};

/// The code of `key` at the moving factor `counter` (RFC 4226 §5.3; with SHA-256 and SHA-512 as RFC 6238 §1.2 allows).
/// `key` is 1 … 64 bytes, `counter` below 2^62. kCrypto if liboath refuses.
[[nodiscard]] Result<OneTimeCode> hotp_code(std::span<const std::uint8_t> key, std::uint64_t counter, Digits digits,
                                            HashAlgorithm algorithm);

}  // namespace twinlock
