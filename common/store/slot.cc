#include "store/slot.h"

#include <algorithm>

#include "account/little_endian.h"
#include "crypto/hmac.h"
#include "crypto/random.h"
#include "crypto/seal.h"

namespace twinlock {
namespace {

constexpr std::string_view kMagic = "TWINLOCK";
constexpr std::uint16_t kFormat = 1;

constexpr std::size_t kFormatAt = kMagic.size();
constexpr std::size_t kIndexAt = kFormatAt + sizeof kFormat;
constexpr std::size_t kNameLengthAt = kIndexAt + 1;
constexpr std::size_t kKeyIdAt = kNameLengthAt + 1;
constexpr std::size_t kSequenceAt = kKeyIdAt + sizeof(KeyId::value);
constexpr std::size_t kNameAt = kSequenceAt + sizeof(SlotLabel::sequence);
constexpr std::size_t kDurabilityAt = kNameAt + Username::kMaxBytes;
constexpr std::size_t kNonceAt = kDurabilityAt + 1;
constexpr std::size_t kReservedAt = kNonceAt + kSealNonceBytes;
constexpr std::size_t kReservedBytes = 12;
static_assert(kReservedAt + kReservedBytes == kSlotHeaderBytes);
static_assert(kSlotHeaderBytes + kEncodedRecordBytes + kSealTagBytes == kSlotBytes);

using SlotView = std::span<const std::uint8_t, kSlotBytes>;

bool is_zero(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

void write_header(const SlotLabel& label, const Username& user, KeyId key, std::span<std::uint8_t, kSlotBytes> out) {
  std::ranges::copy(kMagic, out.begin());
  store_little_endian(kFormat, out.subspan(kFormatAt));
  out[kIndexAt] = static_cast<std::uint8_t>(label.index);
  out[kNameLengthAt] = static_cast<std::uint8_t>(user.text().size());
  store_little_endian(key.value, out.subspan(kKeyIdAt));
  store_little_endian(label.sequence, out.subspan(kSequenceAt));
  std::ranges::copy(user.text(), out.subspan(kNameAt).begin());
  out[kDurabilityAt] = label.durability == Durability::kFlushed ? 0 : 1;
}

struct Header {
  SlotLabel label;
  Username user;
  KeyId key;
};

bool has_magic(SlotView slot) { return std::ranges::equal(slot.first(kMagic.size()), bytes_of(kMagic)); }

/// Nothing where no version writes such a header.
std::optional<Header> read_header(SlotView slot, SlotIndex index) {
  const auto claimed = Username::parse(claimed_user(slot));
  const auto sequence = load_little_endian<std::uint64_t>(slot.subspan(kSequenceAt));
  const std::size_t name_length = slot[kNameLengthAt];
  const bool is_padded = is_zero(slot.subspan(kNameAt + name_length, Username::kMaxBytes - name_length));
  const bool is_known = slot[kDurabilityAt] <= 1 && is_zero(slot.subspan(kReservedAt, kReservedBytes));
  const bool is_in_place = slot[kIndexAt] == static_cast<std::uint8_t>(index);
  if (!claimed || sequence == 0 || !is_padded || !is_known || !is_in_place) return std::nullopt;
  const auto durability = slot[kDurabilityAt] == 0 ? Durability::kFlushed : Durability::kUnflushed;
  const KeyId key{load_little_endian<std::uint32_t>(slot.subspan(kKeyIdAt))};
  return Header{{index, sequence, durability}, *claimed, key};
}

std::string name_of(SlotIndex index) { return index == SlotIndex::kFirst ? "slot 0" : "slot 1"; }

Error refused(SlotIndex index, std::string why, std::string mend) {
  return {Error::Code::kStore, name_of(index), std::move(why), std::move(mend)};
}

SlotContent damaged(std::string why) { return SlotDamage{std::move(why), 0, {}}; }

Result<SecretBytes> unseal_record(SlotView slot, const Header& header, const MasterKey& master) {
  // With the name that the slot claims: so a whole record of another user is told from a damaged name.
  const auto key = derive_record_key(master, header.user);
  if (!key) return key.error();
  const SealInput input{key->bytes(), slot.subspan(kNonceAt, kSealNonceBytes), slot.first(kSlotHeaderBytes)};
  return unseal(input, slot.subspan(kSlotHeaderBytes));
}

}  // namespace

std::string_view claimed_user(SlotView slot) {
  if (!has_magic(slot)) return {};
  return {reinterpret_cast<const char*>(slot.data()) + kNameAt, slot[kNameLengthAt]};
}

Result<void> seal_slot(const SlotLabel& label, const Username& user, const Record& record, const Keyring& keyring,
                       std::span<std::uint8_t, kSlotBytes> out) {
  SecretBytes plain(kEncodedRecordBytes);
  const std::span<std::uint8_t, kEncodedRecordBytes> encoded(plain.bytes().data(), kEncodedRecordBytes);
  encode_record(record, encoded);
  // Whoever is saved as unreadable is locked out: better to refuse the save.
  if (const auto readable = decode_record(encoded); !readable) {
    return Error{Error::Code::kStore, "record", "is not saved: it " + readable.error().why, "report this fault"};
  }

  std::ranges::fill(out, std::uint8_t{0});
  write_header(label, user, keyring.newest().id, out);
  const auto nonce = out.subspan(kNonceAt, kSealNonceBytes);
  if (const auto filled = fill_random(nonce); !filled) return filled;
  const auto key = derive_record_key(keyring.newest(), user);
  if (!key) return key.error();
  return seal({key->bytes(), nonce, out.first(kSlotHeaderBytes)}, encoded, out.subspan(kSlotHeaderBytes));
}

Result<SlotContent> open_slot(SlotView slot, SlotIndex index, const Username& user, const Keyring& keyring) {
  if (!has_magic(slot)) return damaged("does not begin as a slot does");
  const auto format = load_little_endian<std::uint16_t>(slot.subspan(kFormatAt));
  if (format != kFormat) {
    return refused(index, "has the unknown format " + std::to_string(format), "use the newer version that wrote it");
  }
  const auto header = read_header(slot, index);
  if (!header) return damaged("has an impossible header");
  const MasterKey* master = keyring.find(header->key);
  if (master == nullptr) {
    return refused(index, "is sealed with a key that the key file lacks", "put the newest key file back");
  }
  const auto plain = unseal_record(slot, *header, *master);
  if (!plain && plain.error().code == Error::Code::kStore) {
    return SlotContent(SlotDamage{"has a seal that does not fit", header->label.sequence, header->key});
  }
  if (!plain) return plain.error();
  if (header->user != user) return refused(index, "belongs to another user", "remove the file: it was copied here");
  auto record = decode_record(std::span<const std::uint8_t, kEncodedRecordBytes>(plain->bytes().data(), plain->size()));
  if (!record) return record.error();
  return SlotContent(OpenSlot{header->label, header->key, std::move(*record)});
}

}  // namespace twinlock
