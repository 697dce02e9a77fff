// The key file's content: the keys that seal records, and the audit key.
//
// Text, one line each (blank lines and lines that start with '#' are skipped):
//   record <id: 8 hex digits> <created: Unix seconds> <key: 64 hex digits>
//   audit  <id: 8 hex digits> <created: Unix seconds> <key: 64 hex digits>
// The last record line is the newest and seals; every record line opens. Exactly one audit line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"
#include "base/time.h"
#include "base/username.h"

namespace twinlock {

struct KeyId {
  std::uint32_t value = 0;  ///< Random, never 0.
  auto operator<=>(const KeyId&) const = default;
};

/// 8 hex digits, as in the file.
[[nodiscard]] std::string text_of(KeyId id);
/// nullopt: not 8 hex digits, or zero.
[[nodiscard]] std::optional<KeyId> parse_key_id(std::string_view text);

struct MasterKey {
  KeyId id;
  UnixTime created;
  SecretBytes bytes;  ///< 32 bytes.
};

class Keyring {
 public:
  /// Reads a key file. `path` names it in errors. kStore for every flaw, with the line; the text is never quoted.
  static Result<Keyring> parse(std::string_view text, std::string_view path);
  /// A new file's text: one record key and one audit key, freshly drawn. kCrypto without randomness.
  static Result<SecretBytes> generate(UnixTime now);

  /// That text of a key file with one more record key, freshly drawn, which is then the newest. kCrypto without
  /// randomness.
  static Result<SecretBytes> with_new_key(std::string_view text, UnixTime now);
  /// That text of a key file without its record key `id`.
  static SecretBytes without_key(std::string_view text, KeyId id);

  [[nodiscard]] const MasterKey& newest() const { return records_.back(); }
  /// nullptr: no such key.
  [[nodiscard]] const MasterKey* find(KeyId id) const;
  [[nodiscard]] const std::vector<MasterKey>& record_keys() const { return records_; }
  [[nodiscard]] const MasterKey& audit_key() const { return audit_; }

 private:
  Keyring() = default;
  std::vector<MasterKey> records_;  ///< Never empty.
  MasterKey audit_;
};

/// The key that seals one user's record: HKDF-Expand (RFC 5869 §2.3) of the master key, with the user's name as info.
[[nodiscard]] Result<SecretBytes> derive_record_key(const MasterKey& master, const Username& user);

}  // namespace twinlock
