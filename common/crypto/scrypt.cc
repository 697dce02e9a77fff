#include "crypto/scrypt.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>

namespace twinlock {
namespace {

constexpr std::uint64_t kMostMemory = std::uint64_t{192} << 20U;

struct KdfDeleter {
  void operator()(EVP_KDF* kdf) const noexcept { ::EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const noexcept { ::EVP_KDF_CTX_free(context); }
};

/// OpenSSL only reads it, but its parameter lists are not const; and it takes no null pointer, not even for nothing.
OSSL_PARAM octets(const char* name, std::span<const std::uint8_t> bytes) {
  static std::uint8_t nothing = 0;
  return ::OSSL_PARAM_construct_octet_string(name, bytes.empty() ? &nothing : const_cast<std::uint8_t*>(bytes.data()),
                                             bytes.size());
}

}  // namespace

Result<SecretBytes> scrypt(std::span<const std::uint8_t> passphrase, std::span<const std::uint8_t> salt,
                           const ScryptCost& cost, std::size_t length) {
  const std::unique_ptr<EVP_KDF, KdfDeleter> kdf(::EVP_KDF_fetch(nullptr, "SCRYPT", nullptr));
  const std::unique_ptr<EVP_KDF_CTX, KdfDeleter> context(kdf ? ::EVP_KDF_CTX_new(kdf.get()) : nullptr);
  ScryptCost own = cost;
  std::uint64_t most_memory = kMostMemory;
  const OSSL_PARAM parameters[] = {octets(OSSL_KDF_PARAM_PASSWORD, passphrase),
                                   octets(OSSL_KDF_PARAM_SALT, salt),
                                   ::OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &own.n),
                                   ::OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &own.r),
                                   ::OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &own.p),
                                   ::OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &most_memory),
                                   ::OSSL_PARAM_construct_end()};
  SecretBytes output(length);
  if (!context || ::EVP_KDF_derive(context.get(), output.bytes().data(), length, parameters) != 1) {
    return Error{Error::Code::kCrypto, "scrypt", "OpenSSL refused to work", "it needs 128 MiB of free memory"};
  }
  return output;
}

}  // namespace twinlock
