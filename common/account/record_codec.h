// How a record lies in its slot: a fixed table of bytes, little-endian, checked by static_assert in record_codec.cc.
// Format 1. Reserved bytes are written as zero and must be zero when read.
#pragma once

#include <cstdint>
#include <span>

#include "account/record.h"
#include "base/result.h"

namespace twinlock {

/// Exactly what fits into an 8 KiB slot beside its header and tag (store/slot.h).
inline constexpr std::size_t kEncodedRecordBytes = 7872;

/// Writes every byte of `out`.
void encode_record(const Record& record, std::span<std::uint8_t, kEncodedRecordBytes> out);

/// kStore where a field holds what no version of twinlock writes: unknown states and algorithms, lengths and
/// ranges beyond their limits, reserved bytes in use. Such a record is damaged, never "almost right".
[[nodiscard]] Result<SecretRecord> decode_record(std::span<const std::uint8_t, kEncodedRecordBytes> in);

}  // namespace twinlock
