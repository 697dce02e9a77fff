#include "crypto/hkdf.h"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/openssl_kdf.h"

namespace twinlock {

Result<SecretBytes> hkdf_expand(std::span<const std::uint8_t> key, std::span<const std::uint8_t> info,
                                std::size_t length) {
  char digest[] = "SHA256";
  int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
  const OSSL_PARAM parameters[] = {::OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
                                   ::OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
                                   kdf_octets(OSSL_KDF_PARAM_KEY, key), kdf_octets(OSSL_KDF_PARAM_INFO, info),
                                   ::OSSL_PARAM_construct_end()};
  SecretBytes output(length);
  if (!derive_by_openssl("HKDF", parameters, output)) {
    return Error{Error::Code::kCrypto, "HKDF", "OpenSSL refused to work", ""};
  }
  return output;
}

}  // namespace twinlock
