#include "otp/hotp.h"

#include <liboath/oath.h>

#include <ctime>

#include "base/secret_pages.h"

namespace twinlock {
namespace {

constexpr std::uint64_t kCounterLimit = std::uint64_t{1} << 62;

/// liboath offers SHA-256 and SHA-512 for TOTP only; with a step size of one second its time is our counter.
int generate(std::span<const std::uint8_t> key, std::uint64_t counter, unsigned digits, HashAlgorithm algorithm,
             char* output) {
  const auto* secret = reinterpret_cast<const char*>(key.data());
  const auto now = static_cast<std::time_t>(counter);
  switch (algorithm) {
    case HashAlgorithm::kSha1:
      return ::oath_hotp_generate(secret, key.size(), counter, digits, false, OATH_HOTP_DYNAMIC_TRUNCATION, output);
    case HashAlgorithm::kSha256:
      return ::oath_totp_generate2(secret, key.size(), now, 1, 0, digits, OATH_TOTP_HMAC_SHA256, output);
    case HashAlgorithm::kSha512:
      return ::oath_totp_generate2(secret, key.size(), now, 1, 0, digits, OATH_TOTP_HMAC_SHA512, output);
  }
  return OATH_CRYPTO_ERROR;
}

/// liboath leaves key material on the part of the stack that its functions used. Must not be inlined: then its own
/// buffer would lie elsewhere.
[[gnu::noinline]] void wipe_dead_stack() {
  std::array<char, 8192> dead;
  wipe(dead.data(), dead.size());
}

}  // namespace

OneTimeCode::OneTimeCode(OneTimeCode&& other) noexcept : characters_(other.characters_), length_(other.length_) {
  wipe(other.characters_.data(), other.characters_.size());
}

OneTimeCode::~OneTimeCode() { wipe(characters_.data(), characters_.size()); }

Result<OneTimeCode> hotp_code(std::span<const std::uint8_t> key, std::uint64_t counter, Digits digits,
                              HashAlgorithm algorithm) {
  if (key.empty() || key.size() > 64 || counter >= kCounterLimit) {
    return Error{Error::Code::kCrypto, "one-time code", "key or counter is out of range", ""};
  }
  OneTimeCode code;
  const int outcome = generate(key, counter, static_cast<unsigned>(digits), algorithm, code.characters_.data());
  wipe_dead_stack();
  if (outcome != OATH_OK) return Error{Error::Code::kCrypto, "one-time code", ::oath_strerror(outcome), ""};
  code.length_ = count_of(digits);
  return code;
}

}  // namespace twinlock
