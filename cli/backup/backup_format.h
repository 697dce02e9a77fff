// A backup: one file with everything that a lost server needs to come back, sealed with a passphrase. Format 1.
//
//   offset  bytes  header; numbers little-endian
//        0      8  "TWINBACK"
//        8      2  format: 1
//       10      6  reserved, zero
//       16     16  salt, random
//       32     32  bytes 32 … 63 of the output of scrypt: tell a wrong passphrase
//       64     32  SHA-256 of bytes 0 … 63: tells a damaged header
//       96         items, one after the other, up to the end of the file
//
//   an item, the i-th counted from 0:
//        0      1  kind (ItemKind)
//        1      4  bytes of its content: n
//        5      n  AES-256-GCM of its content
//      5+n     16  tag
//   key: bytes 0 … 31 of scrypt (RFC 7914) of the passphrase and the salt with N = 2^17, r = 8, p = 1 and 64 bytes of
//   output; nonce: 4 zero bytes, then i in 8 bytes; AAD: the header's SHA-256, i in 8 bytes, kind in 1, n in 4.
//
//   contents, in this order:
//     kMeta    once: a JSON object {"made": Unix seconds, "host", "version" of twinlock}
//     kConfig  once: the text of twinlock.conf
//     kRecord  for each user: 1 byte length of the name, the name, the record (account/record_codec.h)
//     kKeys    once: the text of the key file
//     kEnd     once: 8 bytes number of items before it, 4 bytes number of records that could not be read
//
// MUST 1: a key seals one backup only: the salt is drawn for each. No nonce comes twice under it.
// MUST 2: nothing in a file says how much memory or time is spent on it: that goes with the format alone.
// MUST 3: what was cut off, put in, taken out, moved or changed is noticed: each item is bound to header, place, kind
//         and length, the end is sealed, and nothing follows it.
// MUST 4: a wrong passphrase and a damaged file are told apart.
// MUST 5: nothing of a file is believed before all of it has been opened and understood.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/secret_bytes.h"

namespace twinlock {

inline constexpr std::size_t kBackupHeaderBytes = 96;
inline constexpr std::size_t kItemHeadBytes = 5;
/// A larger file is refused before it is read: about 270,000 users.
inline constexpr std::uint64_t kLargestBackup = std::uint64_t{2} << 30U;

enum class ItemKind : std::uint8_t { kMeta = 1, kConfig = 2, kRecord = 3, kKeys = 4, kEnd = 5 };

using BackupBytes = std::vector<std::uint8_t>;  ///< As they lie in the file: no secret.

/// What one passphrase and one salt amount to.
struct BackupSeal {
  SecretBytes key;                               ///< 32 bytes.
  std::array<std::uint8_t, 32> header_digest{};  ///< Of the header that holds the salt.
};

/// A header with a fresh salt, and the seal that belongs to it. Takes about half a second and 128 MiB.
struct NewBackup {
  BackupBytes header;
  BackupSeal seal;
};
[[nodiscard]] Result<NewBackup> begin_backup(const SecretBytes& passphrase);

/// The seal of a backup that begins so. kStore: no backup, of an unknown format, or with a damaged header; `path` names
/// it. kRefused: the passphrase is wrong.
[[nodiscard]] Result<BackupSeal> open_header(std::span<const std::uint8_t> file, const SecretBytes& passphrase,
                                             const std::string& path);

/// An item as it lies in the file. `index` counts from 0 and must never come twice for one seal.
[[nodiscard]] Result<BackupBytes> seal_item(const BackupSeal& seal, std::uint64_t index, ItemKind kind,
                                            std::span<const std::uint8_t> content);

/// An item that lies in a file, still sealed.
struct SealedItem {
  ItemKind kind;
  std::uint64_t index;
  std::span<const std::uint8_t> bytes;  ///< All of it, its head included.
};

/// How many bytes an item with this head takes, its head included. kStore: nothing of ours begins so.
[[nodiscard]] Result<std::uint64_t> item_length(std::span<const std::uint8_t, kItemHeadBytes> head);

/// The item at the beginning of `rest`, and whether there can be one. kStore: there is not.
[[nodiscard]] Result<SealedItem> find_item(std::span<const std::uint8_t> rest, std::uint64_t index);

/// Its content. kStore where the seal does not fit.
[[nodiscard]] Result<SecretBytes> open_item(const BackupSeal& seal, const SealedItem& item);

}  // namespace twinlock
