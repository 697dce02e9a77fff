// Where a login comes from: an IP address, a network, and the key under which tables remember a client.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace twinlock {

/// An IPv4 or IPv6 address, or `local` where a login has none (su, the console).
/// IPv4-mapped IPv6 addresses are IPv4; zones (%eth0) are stripped; names are not addresses.
class Address {
 public:
  enum class Family : std::uint8_t { kLocal = 0, kIpv4 = 4, kIpv6 = 6 };

  /// `local`.
  constexpr Address() = default;
  /// Accepts numeric IPv4 and IPv6 text and the word "local". Anything else, host names included, is kUsage.
  static Result<Address> parse(std::string_view text);
  /// From 4 or 16 bytes in network order; an IPv4-mapped address becomes IPv4.
  static Address from_ipv4(const std::array<std::uint8_t, 4>& bytes);
  static Address from_ipv6(const std::array<std::uint8_t, 16>& bytes);

  [[nodiscard]] Family family() const noexcept { return family_; }
  [[nodiscard]] bool is_loopback() const noexcept;
  /// False for `local`, which a login without an address shares with all others of its kind, and for link-local
  /// addresses (fe80::/10), which another host may have on another link: nothing may be earned there.
  [[nodiscard]] bool names_one_client() const noexcept;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] const std::array<std::uint8_t, 16>& bytes() const noexcept { return bytes_; }
  bool operator==(const Address&) const = default;

 private:
  Family family_ = Family::kLocal;
  std::array<std::uint8_t, 16> bytes_{};  ///< IPv4 in the first four, the rest zero.
};

/// How many leading bits identify one client.
struct AddressPrefixes {
  std::uint8_t ipv4 = 32;  ///< 8 … 32
  std::uint8_t ipv6 = 64;  ///< 32 … 128
  bool operator==(const AddressPrefixes&) const = default;
};

/// An IP network in CIDR form. Host bits must be zero.
class Network {
 public:
  /// Accepts "10.20.0.0/16", "2001:db8::/32", and a bare address as that single address. Else kUsage: host bits that
  /// are set, zones, prefixed IPv4-mapped networks, "local".
  static Result<Network> parse(std::string_view text);
  /// The network of `address` with so many leading bits (`local` stays itself, with 0 bits).
  static Network around(const Address& address, const AddressPrefixes& prefixes);
  /// From stored bytes (IPv4 in the first four); family 0 is `local`, host bits are cleared.
  /// kStore for an unknown family, too many bits, and IPv4-mapped bytes in family 6: nobody writes those.
  static Result<Network> from_stored(std::uint8_t family, std::uint8_t bits, const std::array<std::uint8_t, 16>& bytes);

  constexpr Network() = default;
  [[nodiscard]] bool contains(const Address& address) const noexcept;
  [[nodiscard]] bool is_single_address() const noexcept;
  [[nodiscard]] const Address& base() const noexcept { return base_; }
  [[nodiscard]] std::uint8_t bits() const noexcept { return bits_; }
  /// "192.0.2.7" for a single address, else "2001:db8::/64"; "local" for none.
  [[nodiscard]] std::string text() const;
  bool operator==(const Network&) const = default;

 private:
  Address base_;
  std::uint8_t bits_ = 0;
};

/// The key of address tables: two logins with equal keys count as from one client.
using ClientKey = Network;

}  // namespace twinlock
