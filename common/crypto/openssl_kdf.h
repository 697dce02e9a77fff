// What the key derivations by OpenSSL have in common.
#pragma once

#include <openssl/core.h>

#include <cstdint>
#include <span>

#include "base/secret_bytes.h"

namespace twinlock {

/// A parameter for the functions below; borrows `bytes`. OpenSSL takes no null pointer, not even for nothing.
[[nodiscard]] OSSL_PARAM kdf_octets(const char* name, std::span<const std::uint8_t> bytes);

/// Fills `output`. `parameters` must end as OpenSSL wants it (OSSL_PARAM_construct_end). false: OpenSSL refused.
[[nodiscard]] bool derive_by_openssl(const char* algorithm, const OSSL_PARAM* parameters, SecretBytes& output);

}  // namespace twinlock
