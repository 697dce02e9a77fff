// The image of a record as every engine stores it: two sealed slots (slot.h), 16 KiB. Here is decided which of them
// serves, which one is written next, and what a damaged one means. No I/O.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "base/result.h"
#include "base/username.h"
#include "crypto/keyring.h"
#include "store/slot.h"
#include "store/store.h"

namespace twinlock {

inline constexpr std::size_t kRecordImageBytes = 2 * kSlotBytes;

class RecordImage {
 public:
  /// All zero.
  RecordImage() : bytes_(kRecordImageBytes) {}

  [[nodiscard]] std::span<std::uint8_t> bytes() { return bytes_; }
  [[nodiscard]] std::span<const std::uint8_t> bytes() const { return bytes_; }
  [[nodiscard]] std::span<std::uint8_t, kSlotBytes> slot(SlotIndex index) {
    return std::span<std::uint8_t, kSlotBytes>(bytes_.data() + offset_of(index), kSlotBytes);
  }
  [[nodiscard]] std::span<const std::uint8_t, kSlotBytes> slot(SlotIndex index) const {
    return std::span<const std::uint8_t, kSlotBytes>(bytes_.data() + offset_of(index), kSlotBytes);
  }
  [[nodiscard]] static constexpr std::size_t offset_of(SlotIndex index) {
    return static_cast<std::size_t>(index) * kSlotBytes;
  }

 private:
  std::vector<std::uint8_t> bytes_;
};

/// Where the next save goes.
struct NextSave {
  /// The damaged slot; else the newer one if it was not flushed (then the older one may be all that is on disk, and
  /// two slots on their way to the disk at once could both be torn); else the older one.
  SlotIndex slot;
  std::uint64_t sequence;
};

/// Where the save after that of `newest` goes, if both slots are good.
[[nodiscard]] NextSave next_after(const SlotLabel& newest);

struct OpenImage {
  LoadedRecord loaded;
  NextSave next;
};

/// The state of `user`'s record. One damaged slot: the other serves, with lost_copy unless it was the newer one all the
/// same. kStore where both are damaged,
/// where both claim the same sequence with different content, and for all that slot.h calls an Error.
[[nodiscard]] Result<OpenImage> open_image(const RecordImage& image, const Username& user, const Keyring& keyring);

/// The record as it is stored by the save of this number.
[[nodiscard]] SecretRecord with_saves(const Record& record, std::uint64_t saves);

/// A new record: sequence 1 in slot 0, 2 in slot 1, one save more than it says. Errors as of seal_slot().
[[nodiscard]] Result<RecordImage> seal_image(const Username& user, const Record& record, const Keyring& keyring);

}  // namespace twinlock
