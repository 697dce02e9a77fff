#include "pam/proof_variable.h"

#include <string_view>

#include "crypto/random.h"

namespace twinlock {
namespace {

constexpr const char* kVariable = "TWINLOCK_PROOF";
constexpr std::string_view kHex = "0123456789abcdef";

std::string hex(const ProofNonce& nonce) {
  std::string text;
  for (const std::uint8_t byte : nonce) {
    text += kHex[byte >> 4U];
    text += kHex[byte & 15U];
  }
  return text;
}

std::optional<ProofNonce> from_hex(std::string_view text) {
  ProofNonce nonce{};
  if (text.size() != 2 * nonce.size()) return std::nullopt;
  for (std::size_t i = 0; i < nonce.size(); ++i) {
    const std::size_t high = kHex.find(text[2 * i]);
    const std::size_t low = kHex.find(text[2 * i + 1]);
    if (high == std::string_view::npos || low == std::string_view::npos) return std::nullopt;
    nonce[i] = static_cast<std::uint8_t>(high << 4U | low);
  }
  return nonce;
}

}  // namespace

Result<ProofNonce> draw_nonce() {
  ProofNonce nonce{};
  if (const auto filled = fill_random(nonce); !filled) return filled.error();
  return nonce;
}

Result<void> hand_on(PamSession& pam, const ProofNonce& nonce) { return pam.set_variable(kVariable, hex(nonce)); }

std::optional<ProofNonce> handed_on(const PamSession& pam) {
  const auto text = pam.variable(kVariable);
  return text ? from_hex(*text) : std::nullopt;
}

void forget(PamSession& pam) { pam.unset_variable(kVariable); }

}  // namespace twinlock
