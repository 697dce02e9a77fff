// RecordWriter and RecordReader: the two directions of record_codec.cc. Both have the same calls, so that one
// description of a row serves both and they cannot disagree. Fields are those of record_layout.h.
#pragma once

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <type_traits>

#include "account/little_endian.h"
#include "account/record.h"
#include "account/record_layout.h"

namespace twinlock {

using layout::Field;

/// The smallest and the greatest legal value, both included.
template <typename Number>
struct LegalValues {
  Number least = std::numeric_limits<Number>::min();
  Number most = std::numeric_limits<Number>::max();
};

/// A table's row is free, or an optional part of the record absent, where this is false.
template <typename Row>
[[nodiscard]] bool is_in_use(const Row& row) {
  if constexpr (requires { row.used(); }) {
    return row.used();
  } else if constexpr (requires { row.present; }) {
    return row.present;
  } else {
    return row.state != Row::State::kFree;
  }
}

/// Writes fields into bytes that are zero at first. It does not check values: the reader does.
class RecordWriter {
 public:
  explicit RecordWriter(std::span<std::uint8_t> bytes) : bytes_(bytes) {}

  template <typename Number>
  void number(const Field& field, Number value, LegalValues<Number> /*legal*/ = {}) {
    store_little_endian(value, at(field));
  }
  template <typename Enum>
  void choice(const Field& field, Enum value, Enum /*least*/, Enum /*most*/) {
    number(field, static_cast<std::uint8_t>(value));
  }
  void flag(const Field& field, bool value) { number(field, static_cast<std::uint8_t>(value ? 1 : 0)); }
  void time(const Field& field, UnixTime value) { number(field, value.seconds); }
  template <std::size_t N>
  void bytes(const Field& field, const std::array<std::uint8_t, N>& value) {
    std::ranges::copy(value, at(field).begin());
  }
  /// The first `length` bytes; the others stay zero.
  template <std::size_t N>
  void prefix(const Field& field, const std::array<std::uint8_t, N>& value, std::size_t length) {
    std::ranges::copy(std::span(value).first(std::min(length, N)), at(field).begin());
  }
  template <std::size_t N>
  void text(const Field& field, const FixedText<N>& value) {
    std::ranges::copy(value.view(), at(field).begin());
  }
  void services(const Field& field, const FixedText<32>& value) { text(field, value); }
  void service(const Field& field, const ServiceName& value) { std::ranges::copy(value.text(), at(field).begin()); }
  void client(const Field& field, const ClientKey& value) {
    RecordWriter part(at(field));
    part.number(layout::client::kFamily, static_cast<std::uint8_t>(value.base().family()));
    part.number(layout::client::kBits, value.bits());
    part.bytes(layout::client::kAddress, value.base().bytes());
  }
  void reserved(const Field& /*field*/) {}
  /// Describes a row that is in use; a free one stays zero, whatever its fields still hold.
  template <typename Row, typename Describe>
  void row(const Field& field, const Row& row, Describe describe) {
    if (is_in_use(row)) part(field, row, describe);
  }
  template <typename Part, typename Describe>
  void part(const Field& field, const Part& part, Describe describe) {
    RecordWriter inner(at(field));
    describe(inner, part);
  }

 private:
  [[nodiscard]] std::span<std::uint8_t> at(const Field& field) { return bytes_.subspan(field.offset, field.size); }

  std::span<std::uint8_t> bytes_;
};

/// Reads fields and remembers the first one that holds an illegal value. Values are to be used only without a flaw.
class RecordReader {
 public:
  /// `flaw` becomes the name of the first bad field and is never reset.
  RecordReader(std::span<const std::uint8_t> bytes, const char*& flaw) : bytes_(bytes), flaw_(flaw) {}

  template <typename Number>
  void number(const Field& field, Number& value, LegalValues<Number> legal = {}) {
    value = load_little_endian<Number>(at(field));
    require(value >= legal.least && value <= legal.most, field);
  }
  template <typename Enum>
  void choice(const Field& field, Enum& value, Enum least, Enum most) {
    std::uint8_t byte = 0;
    number(field, byte, {static_cast<std::uint8_t>(least), static_cast<std::uint8_t>(most)});
    if (flaw_ == nullptr) value = Enum{byte};
  }
  void flag(const Field& field, bool& value) {
    std::uint8_t byte = 0;
    number(field, byte, {0, 1});
    value = byte == 1;
  }
  void time(const Field& field, UnixTime& value) {
    number(field, value.seconds, {0, std::numeric_limits<std::int64_t>::max()});
  }
  template <std::size_t N>
  void bytes(const Field& field, std::array<std::uint8_t, N>& value) {
    std::ranges::copy(at(field), value.begin());
  }
  template <std::size_t N>
  void prefix(const Field& field, std::array<std::uint8_t, N>& value, std::size_t length) {
    bytes(field, value);
    require(length <= N && is_zero(std::span(value).subspan(std::min(length, N))), field);
  }
  template <std::size_t N>
  void text(const Field& field, FixedText<N>& value) {
    std::ranges::copy(at(field), value.bytes.begin());
    require(is_zero(at(field).subspan(value.view().size())), field);
  }
  void services(const Field& field, FixedText<32>& value);
  void service(const Field& field, ServiceName& value);
  void client(const Field& field, ClientKey& value);
  void reserved(const Field& field) { require(is_zero(at(field)), field); }
  /// Leaves `row` as it is where all its bytes are zero.
  template <typename Row, typename Describe>
  void row(const Field& field, Row& row, Describe describe) {
    if (is_zero(at(field))) return;
    part(field, row, describe);
    require(is_in_use(row), field);
  }
  template <typename Part, typename Describe>
  void part(const Field& field, Part& part, Describe describe) {
    RecordReader inner(at(field), flaw_);
    describe(inner, part);
  }

 private:
  [[nodiscard]] std::span<const std::uint8_t> at(const Field& field) const {
    return bytes_.subspan(field.offset, field.size);
  }
  [[nodiscard]] static bool is_zero(std::span<const std::uint8_t> bytes) {
    return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
  }
  void require(bool holds, const Field& field) {
    if (!holds && flaw_ == nullptr) flaw_ = field.name;
  }

  std::span<const std::uint8_t> bytes_;
  const char*& flaw_;
};

}  // namespace twinlock
