// A slot: one sealed copy of a record, 8 KiB. Two of them make a record (record_image.h).
//
//   offset  bytes  header, authenticated but not encrypted; numbers little-endian
//        0      8  "TWINLOCK"
//        8      2  format: 1
//       10      1  index of the slot: 0 or 1
//       11      1  bytes of the user's name: 1 … 255
//       12      4  id of the key that sealed it
//       16      8  sequence, from 1; the higher one of two slots is the newer state
//       24    255  user name, zero-padded
//      279      1  0: was flushed to disk before its save returned; 1: was not
//      280     12  nonce
//      292     12  reserved, zero
//      304   7872  AES-256-GCM of the record (account/record_codec.h)
//     8176     16  tag
//
// What is damage, so that the other copy may serve, and what is an Error, so that nothing does:
//  - damage: another magic, a header that no version writes (index, name, padding), a tag that does not fit. A power
//    cut or a rotten sector leaves these.
//  - Error: an intact beginning with an unknown format; an intact header with an unknown key id; a sealed slot of
//    another user; a sealed record whose content is impossible. The missing thing is then ours (an old program, an
//    old key file, a renamed file), and the other copy may be an older state: serving it would bring back used codes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>

#include "account/record.h"
#include "account/record_codec.h"
#include "base/result.h"
#include "base/username.h"
#include "crypto/keyring.h"
#include "store/store.h"

namespace twinlock {

inline constexpr std::size_t kSlotBytes = 8192;
inline constexpr std::size_t kSlotHeaderBytes = 304;

enum class SlotIndex : std::uint8_t { kFirst = 0, kSecond = 1 };
[[nodiscard]] constexpr SlotIndex other(SlotIndex index) {
  return index == SlotIndex::kFirst ? SlotIndex::kSecond : SlotIndex::kFirst;
}

struct SlotLabel {
  SlotIndex index;
  std::uint64_t sequence;  ///< From 1.
  Durability durability;   ///< How its save promised to write it.
};

struct OpenSlot {
  SlotLabel label;
  KeyId key;
  SecretRecord record;
};

struct SlotDamage {
  std::string why;
  std::uint64_t sequence = 0;  ///< As its header claims; 0: it has none that could be one.
  KeyId key{};                 ///< Likewise.
};

using SlotContent = std::variant<OpenSlot, SlotDamage>;

/// Writes every byte of `out`: `record` sealed with the newest key. kStore for a record that could not be read back
/// (account/record_codec.h), kCrypto if OpenSSL or the random numbers fail.
[[nodiscard]] Result<void> seal_slot(const SlotLabel& label, const Username& user, const Record& record,
                                     const Keyring& keyring, std::span<std::uint8_t, kSlotBytes> out);

/// Opens the slot that was read from the place `index` of `user`'s record. Errors name the slot as their `what`.
[[nodiscard]] Result<SlotContent> open_slot(std::span<const std::uint8_t, kSlotBytes> slot, SlotIndex index,
                                            const Username& user, const Keyring& keyring);

/// The user's name as the header claims it, unverified; empty where there is none.
[[nodiscard]] std::string_view claimed_user(std::span<const std::uint8_t, kSlotBytes> slot);

}  // namespace twinlock
