#include "crypto/hmac.h"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <memory>

namespace twinlock {
namespace {

struct MacDeleter {
  void operator()(EVP_MAC* mac) const noexcept { ::EVP_MAC_free(mac); }
  void operator()(EVP_MAC_CTX* context) const noexcept { ::EVP_MAC_CTX_free(context); }
};

Error mac_refused() { return {Error::Code::kCrypto, "HMAC-SHA-256", "OpenSSL mac_refused to work", ""}; }

}  // namespace

Result<Mac> hmac_sha256(std::span<const std::uint8_t> key, std::initializer_list<std::span<const std::uint8_t>> parts) {
  const std::unique_ptr<EVP_MAC, MacDeleter> algorithm(::EVP_MAC_fetch(nullptr, "HMAC", nullptr));
  if (!algorithm) return mac_refused();  // OpenSSL 3.0 would not check
  const std::unique_ptr<EVP_MAC_CTX, MacDeleter> context(::EVP_MAC_CTX_new(algorithm.get()));
  if (!context) return mac_refused();

  char digest[] = "SHA256";
  const OSSL_PARAM parameters[] = {::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
                                   ::OSSL_PARAM_construct_end()};
  if (::EVP_MAC_init(context.get(), key.data(), key.size(), parameters) != 1) return mac_refused();
  for (const auto& part : parts) {
    if (::EVP_MAC_update(context.get(), part.data(), part.size()) != 1) return mac_refused();
  }
  Mac mac{};
  std::size_t length = 0;
  if (::EVP_MAC_final(context.get(), mac.data(), &length, mac.size()) != 1 || length != mac.size())
    return mac_refused();
  return mac;
}

bool equal_in_constant_time(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace twinlock
