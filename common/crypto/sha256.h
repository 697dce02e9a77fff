// SHA-256 (FIPS 180-4) through OpenSSL, piece by piece, and the text form of such digests.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

struct evp_md_ctx_st;

namespace twinlock {

using Digest = std::array<std::uint8_t, 32>;

/// A digest that grows. A refusal of OpenSSL is remembered and told by finish().
class Sha256 {
 public:
  Sha256();
  void add(std::string_view bytes);
  /// The digest of everything added, and a fresh start. kCrypto if OpenSSL has refused anything meanwhile.
  [[nodiscard]] Result<Digest> finish();

 private:
  struct Deleter {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  void begin();

  std::unique_ptr<evp_md_ctx_st, Deleter> context_;
  bool works_ = false;
};

/// Lower-case hex digits, two a byte.
[[nodiscard]] std::string hex_of(std::span<const std::uint8_t> bytes);
/// nullopt: not exactly 64 lower-case hex digits.
[[nodiscard]] std::optional<Digest> digest_from_hex(std::string_view text);

}  // namespace twinlock
