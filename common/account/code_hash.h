// How recovery, bypass and invitation codes and the caller word are kept: HMAC-SHA-256 under the record's code key.
// The key lies inside the sealed record, so rotating master keys never voids a paper code.
#pragma once

#include <span>
#include <string_view>

#include "account/record.h"
#include "base/result.h"

namespace twinlock {

/// Hashes `code` (already canonical) with a fresh salt.
[[nodiscard]] Result<CodeHash> make_code_hash(std::span<const std::uint8_t> code_key, std::string_view code);

/// Whether `code` is the one that was hashed; in constant time.
[[nodiscard]] Result<bool> matches(const CodeHash& hash, std::span<const std::uint8_t> code_key, std::string_view code);

/// The mark by which a token code is recognised later.
[[nodiscard]] Result<CodeMark> mark_of(std::span<const std::uint8_t> code_key, std::string_view code);

}  // namespace twinlock
