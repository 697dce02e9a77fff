// Writing and reading whole backups (cli/backup/backup_format.h).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "account/record.h"
#include "base/time.h"
#include "base/username.h"
#include "cli/backup/backup_format.h"
#include "config/config.h"
#include "crypto/keyring.h"

namespace twinlock {

struct BackupMeta {
  UnixTime made;
  std::string host;
  std::string version;
};

/// Seals the parts of a backup in their order: begin, records, finish. Each part goes to `write` at once, so one record
/// at a time is in memory.
class BackupWriter {
 public:
  using Write = std::function<Result<void>(std::span<const std::uint8_t>)>;

  [[nodiscard]] static Result<BackupWriter> begin(NewBackup fresh, Write write, const BackupMeta& meta,
                                                  const SecretBytes& config_text);
  [[nodiscard]] Result<void> add(const Username& user, const SecretRecord& record);
  /// Nothing may be added afterwards. `unreadable` is how many records there should have been besides.
  [[nodiscard]] Result<void> finish(const SecretBytes& key_text, std::uint32_t unreadable);

 private:
  BackupWriter(BackupSeal seal, Write write) : seal_(std::move(seal)), write_(std::move(write)) {}
  Result<void> put(ItemKind kind, std::span<const std::uint8_t> content);

  BackupSeal seal_;
  Write write_;
  std::uint64_t next_ = 0;
  std::uint64_t written_ = 0;
};

/// A backup of which everything has been opened and understood once. Its records stay sealed in memory until asked for.
class Backup {
 public:
  /// Reads and opens a file. kStore: it cannot be read, is no backup, damaged, cut off or larger than kLargestBackup;
  /// kRefused: the passphrase is wrong.
  [[nodiscard]] static Result<Backup> read(const std::string& path, const SecretBytes& passphrase);
  /// The same from what a file holds. `path` names it in errors.
  [[nodiscard]] static Result<Backup> open(BackupBytes file, const SecretBytes& passphrase, const std::string& path);
  /// The same where the seal is known.
  [[nodiscard]] static Result<Backup> open(BackupBytes file, BackupSeal seal, const std::string& path);

  [[nodiscard]] const BackupMeta& meta() const { return meta_; }
  [[nodiscard]] const SecretBytes& config_text() const { return config_text_; }
  [[nodiscard]] const SecretBytes& key_text() const { return key_text_; }
  [[nodiscard]] std::uint32_t unreadable() const { return unreadable_; }
  [[nodiscard]] const std::vector<Username>& users() const { return users_; }
  /// The record of users()[at].
  [[nodiscard]] Result<SecretRecord> record(std::size_t at) const;

 private:
  Backup(BackupBytes file, BackupSeal seal) : file_(std::move(file)), seal_(std::move(seal)) {}
  Result<void> open_everything(const std::string& path);
  Result<void> take(const SealedItem& item, const SecretBytes& content, const std::string& path);
  Result<void> take_meta(const SecretBytes& content);
  Result<void> take_record(const SealedItem& item, const SecretBytes& content);
  Result<void> take_end(const SealedItem& item, const SecretBytes& content);

  BackupBytes file_;
  BackupSeal seal_;
  BackupMeta meta_;
  SecretBytes config_text_;
  SecretBytes key_text_;
  std::uint32_t unreadable_ = 0;
  std::vector<Username> users_;
  std::vector<SealedItem> records_;  ///< Of users_, in file_.
  ItemKind last_ = ItemKind::kEnd;   ///< The kind of the item before; kEnd: there was none.
};

}  // namespace twinlock
