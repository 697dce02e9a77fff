// For LD_PRELOAD: scrypt at a hundredth of its price (N = 1024), for tests of backups that are about something else.
#include <dlfcn.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

extern "C" __attribute__((visibility("default"))) int EVP_KDF_derive(EVP_KDF_CTX* context, unsigned char* key,
                                                                     size_t length, const OSSL_PARAM parameters[]) {
  using Derive = int (*)(EVP_KDF_CTX*, unsigned char*, size_t, const OSSL_PARAM[]);
  static const auto real = reinterpret_cast<Derive>(::dlsym(RTLD_NEXT, "EVP_KDF_derive"));
  const OSSL_PARAM* cost = ::OSSL_PARAM_locate_const(parameters, OSSL_KDF_PARAM_SCRYPT_N);
  if (cost != nullptr) ::OSSL_PARAM_set_uint64(const_cast<OSSL_PARAM*>(cost), 1024);
  return real(context, key, length, parameters);
}
