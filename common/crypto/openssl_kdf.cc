#include "crypto/openssl_kdf.h"

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

}  // namespace

OSSL_PARAM kdf_octets(const char* name, std::span<const std::uint8_t> bytes) {
  // OpenSSL only reads it, but its parameter lists are not const.
  return ::OSSL_PARAM_construct_octet_string(name, const_cast<std::uint8_t*>(bytes.data()), bytes.size());
}

bool derive_by_openssl(const char* algorithm, const OSSL_PARAM* parameters, SecretBytes& output) {
  const std::unique_ptr<EVP_KDF, KdfDeleter> kdf(::EVP_KDF_fetch(nullptr, algorithm, nullptr));
  const std::unique_ptr<EVP_KDF_CTX, KdfDeleter> context(kdf ? ::EVP_KDF_CTX_new(kdf.get()) : nullptr);
  return context && ::EVP_KDF_derive(context.get(), output.bytes().data(), output.size(), parameters) == 1;
}

}  // namespace twinlock
