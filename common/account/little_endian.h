// Numbers as they lie on disk: little-endian, at any address.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

namespace twinlock {

/// Writes sizeof(Number) bytes at the beginning of `out`, which must have room for them.
template <std::integral Number>
constexpr void store_little_endian(Number number, std::span<std::uint8_t> out) {
  auto rest = static_cast<std::uint64_t>(number);  // NOLINT(bugprone-signed-char-misuse): the extension is not written
  for (auto& byte : out.first(sizeof(Number))) {
    byte = static_cast<std::uint8_t>(rest & 0xFFU);
    rest >>= 8U;
  }
}

/// The number in the first sizeof(Number) bytes of `in`; signed ones in two's complement.
template <std::integral Number>
[[nodiscard]] constexpr Number load_little_endian(std::span<const std::uint8_t> in) {
  std::uint64_t number = 0;
  for (std::size_t i = sizeof(Number); i > 0; --i) number = number << 8U | in[i - 1];
  return static_cast<Number>(static_cast<std::make_unsigned_t<Number>>(number));
}

}  // namespace twinlock
