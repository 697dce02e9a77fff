#include "crypto/sha256.h"

#include <openssl/evp.h>

namespace twinlock {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

}  // namespace

void Sha256::Deleter::operator()(evp_md_ctx_st* context) const noexcept { ::EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(::EVP_MD_CTX_new()) { begin(); }

void Sha256::begin() { works_ = context_ && ::EVP_DigestInit_ex2(context_.get(), ::EVP_sha256(), nullptr) == 1; }

void Sha256::add(std::string_view bytes) {
  works_ = works_ && ::EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
}

Result<Digest> Sha256::finish() {
  Digest digest{};
  unsigned length = 0;
  const bool worked = works_ && ::EVP_DigestFinal_ex(context_.get(), digest.data(), &length) == 1;
  begin();
  if (!worked || length != digest.size()) return Error{Error::Code::kCrypto, "SHA-256", "OpenSSL refused to work", ""};
  return digest;
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
  std::string text;
  for (const auto byte : bytes) text += {kHexDigits[byte >> 4U], kHexDigits[byte & 0x0FU]};
  return text;
}

std::optional<Digest> digest_from_hex(std::string_view text) {
  Digest digest{};
  if (text.size() != 2 * digest.size()) return std::nullopt;
  for (std::size_t i = 0; i < digest.size(); ++i) {
    const auto high = kHexDigits.find(text[2 * i]);
    const auto low = kHexDigits.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    digest[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return digest;
}

}  // namespace twinlock
