#include "account/code_hash.h"

#include <algorithm>

#include "crypto/hmac.h"
#include "crypto/random.h"

namespace twinlock {
namespace {

// Different purposes never share a MAC input: paper codes and marks begin with different words.
constexpr std::string_view kHashPurpose = "twinlock code hash 1";
constexpr std::string_view kMarkPurpose = "twinlock code mark 1";

Result<Mac> mac_of(std::span<const std::uint8_t> code_key, const CodeHash& hash, std::string_view code) {
  return hmac_sha256(code_key, {bytes_of(kHashPurpose), hash.salt, bytes_of(code)});
}

}  // namespace

Result<CodeHash> make_code_hash(std::span<const std::uint8_t> code_key, std::string_view code) {
  CodeHash hash;
  if (const auto filled = fill_random(hash.salt); !filled) return filled.error();
  const auto mac = mac_of(code_key, hash, code);
  if (!mac) return mac.error();
  hash.mac = *mac;
  return hash;
}

Result<bool> matches(const CodeHash& hash, std::span<const std::uint8_t> code_key, std::string_view code) {
  const auto mac = mac_of(code_key, hash, code);
  if (!mac) return mac.error();
  return equal_in_constant_time(*mac, hash.mac);
}

Result<CodeMark> mark_of(std::span<const std::uint8_t> code_key, std::string_view code) {
  const auto mac = hmac_sha256(code_key, {bytes_of(kMarkPurpose), bytes_of(code)});
  if (!mac) return mac.error();
  CodeMark mark{};
  std::copy_n(mac->begin(), mark.size(), mark.begin());
  return mark;
}

}  // namespace twinlock
