#include "crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <memory>

namespace twinlock {
namespace {

struct KdfDeleter {
  void operator()(EVP_KDF* kdf) const noexcept { ::EVP_KDF_free(kdf); }
  void operator()(EVP_KDF_CTX* context) const noexcept { ::EVP_KDF_CTX_free(context); }
};

/// OpenSSL only reads it, but its parameter lists are not const.
OSSL_PARAM octets(const char* name, std::span<const std::uint8_t> bytes) {
  return ::OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

}  // namespace

Result<SecretBytes> hkdf_expand(std::span<const std::uint8_t> key, std::span<const std::uint8_t> info,
                                std::size_t length) {
  const std::unique_ptr<EVP_KDF, KdfDeleter> kdf(::EVP_KDF_fetch(nullptr, "HKDF", nullptr));
  const std::unique_ptr<EVP_KDF_CTX, KdfDeleter> context(::EVP_KDF_CTX_new(kdf.get()));
  char digest[] = "SHA256";
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const OSSL_PARAM parameters[] = {::OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                   ::OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
                                   octets(OSSL_KDF_PARAM_KEY, key), octets(OSSL_KDF_PARAM_INFO, info),
                                   ::OSSL_PARAM_construct_end()};
  SecretBytes output(length);
  if (!context || ::EVP_KDF_derive(context.get(), output.bytes().data(), length, parameters) != 1) {
    return Error{Error::Code::kCrypto, "HKDF", "OpenSSL refused to work", ""};
  }
  return output;
}

}  // namespace twinlock
