// The key file (crypto/keyring.h) as a source of keys. It is only ever replaced as a whole, under its lock.
#pragma once

#include <sys/stat.h>

#include <string>

#include "base/secret_bytes.h"
#include "store/key_source.h"

namespace twinlock {

class KeyFile final : public KeySource {
 public:
  explicit KeyFile(std::string path) : path_(std::move(path)) {}

  /// Reads the file again only where it was replaced or touched since the last time.
  [[nodiscard]] Result<std::shared_ptr<const Keyring>> current() override;
  [[nodiscard]] Result<std::optional<RecordLock>> hold() override;

 private:
  std::string path_;
  std::shared_ptr<const Keyring> keys_;
  struct stat seen_ {};  ///< Of the file that `keys_` come from.
};

/// The text of a key file, of a trusted owner and for nobody else to read.
[[nodiscard]] Result<SecretBytes> read_key_file(const std::string& path);

/// Locks the key file that stands under this name when the lock is there: kShared to keep the keys as they are,
/// kExclusive to replace them. Waits at most 5 s, then kStore.
[[nodiscard]] Result<RecordLock> lock_key_file(const std::string& path, LockKind kind);

}  // namespace twinlock
