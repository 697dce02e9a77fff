#include "crypto/scrypt.h"

#include <openssl/core_names.h>
#include <openssl/params.h>

#include <array>

#include "crypto/openssl_kdf.h"

namespace twinlock {
namespace {

constexpr std::uint64_t kMostMemory = std::uint64_t{192} << 20U;

std::span<const std::uint8_t> never_null(std::span<const std::uint8_t> bytes) {
  static constexpr std::array<std::uint8_t, 1> kNothing{};
  return bytes.empty() ? std::span(kNothing).first(0) : bytes;
}

}  // namespace

Result<SecretBytes> scrypt(std::span<const std::uint8_t> passphrase, std::span<const std::uint8_t> salt,
                           const ScryptCost& cost, std::size_t length) {
  ScryptCost own = cost;
  std::uint64_t most_memory = kMostMemory;
  const OSSL_PARAM parameters[] = {kdf_octets(OSSL_KDF_PARAM_PASSWORD, never_null(passphrase)),
                                   kdf_octets(OSSL_KDF_PARAM_SALT, never_null(salt)),
                                   ::OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &own.n),
                                   ::OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &own.r),
                                   ::OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &own.p),
                                   ::OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most_memory),
                                   ::OSSL_PARAM_construct_end()};
  SecretBytes output(length);
  if (!derive_by_openssl("SCRYPT", parameters, output)) {
    return Error{Error::Code::kCrypto, "scrypt", "OpenSSL refused to work", "it needs 128 MiB of free memory"};
  }
  return output;
}

}  // namespace twinlock
