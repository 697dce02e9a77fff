#include "base/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace twinlock {
namespace {

using Family = Address::Family;
using Bytes = std::array<std::uint8_t, 16>;

/// ::ffff:0:0/96, RFC 4291 §2.5.5.2.
constexpr std::array<std::uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
constexpr Bytes kIpv6Loopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

constexpr unsigned kIpv4Bits = 32;
constexpr unsigned kIpv6Bits = 128;

unsigned all_bits(Family family) {
  switch (family) {
    case Family::kLocal: return 0;
    case Family::kIpv4: return kIpv4Bits;
    case Family::kIpv6: return kIpv6Bits;
  }
  return 0;
}

Error not_an_address() {
  return {Error::Code::kUsage, "address", "is not a numeric IPv4 or IPv6 address",
          "write it like 192.0.2.7 or 2001:db8::7; host names are not accepted"};
}

Error not_a_network(std::string why) {
  return {Error::Code::kUsage, "network", std::move(why), "write it like 192.0.2.0/24, 2001:db8::/32 or 192.0.2.7"};
}

/// Drops "%eth0" from an IPv6 address; nothing where the zone is empty.
std::optional<std::string_view> without_zone(std::string_view text) {
  const auto percent = text.find('%');
  if (percent == std::string_view::npos) return text;
  if (percent + 1 == text.size()) return std::nullopt;
  return text.substr(0, percent);
}

template <std::size_t N>
std::optional<std::array<std::uint8_t, N>> converted(int family, std::string_view text) {
  // inet_pton wants a C string: a NUL inside would hide what follows it.
  if (text.empty() || text.size() >= INET6_ADDRSTRLEN || text.find('\0') != std::string_view::npos) return std::nullopt;
  std::array<std::uint8_t, N> bytes{};
  if (::inet_pton(family, std::string(text).c_str(), bytes.data()) != 1) return std::nullopt;
  return bytes;
}

/// `bytes` with all but the first `bits` cleared.
Bytes leading_bits(const Bytes& bytes, unsigned bits) {
  Bytes masked{};
  const auto whole = static_cast<std::ptrdiff_t>(bits / 8);
  std::copy_n(bytes.begin(), whole, masked.begin());
  if (bits % 8 != 0) {
    const auto partial = static_cast<std::size_t>(whole);
    masked[partial] = static_cast<std::uint8_t>(bytes[partial] & (0xFFU << (8 - bits % 8)));
  }
  return masked;
}

/// The address of `family` that `bytes` hold.
Address address_of(Family family, const Bytes& bytes) {
  switch (family) {
    case Family::kLocal: return {};
    case Family::kIpv4: return Address::from_ipv4({bytes[0], bytes[1], bytes[2], bytes[3]});
    case Family::kIpv6: return Address::from_ipv6(bytes);
  }
  return {};
}

std::optional<unsigned> parse_bits(std::string_view text, unsigned most) {
  unsigned bits = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), bits);
  const bool leading_zero = text.size() > 1 && text.front() == '0';
  if (problem != std::errc() || end != text.data() + text.size() || leading_zero || bits > most) return std::nullopt;
  return bits;
}

bool is_link_local(const Bytes& ipv6) { return ipv6[0] == 0xFE && (ipv6[1] & 0xC0U) == 0x80; }

/// RFC 6052 §2.1: 64:ff9b::/96, below which every IPv4 client has one address of its own.
bool is_translated_ipv4(const Bytes& ipv6) {
  constexpr std::array<std::uint8_t, 12> kPrefix = {0x00, 0x64, 0xFF, 0x9B};
  return std::equal(kPrefix.begin(), kPrefix.end(), ipv6.begin());
}

/// How many leading bits make one client: as configured, except where neighbours in a /64 are strangers.
unsigned client_bits(const Address& address, const AddressPrefixes& prefixes) {
  if (address.family() != Family::kIpv6) return std::min<unsigned>(prefixes.ipv4, all_bits(address.family()));
  const bool strangers = is_link_local(address.bytes()) || is_translated_ipv4(address.bytes());
  return strangers ? all_bits(Family::kIpv6) : prefixes.ipv6;
}

}  // namespace

Result<Address> Address::parse(std::string_view text) {
  if (text == "local") return Address();
  if (const auto ipv4 = converted<4>(AF_INET, text)) return from_ipv4(*ipv4);
  const auto bare = without_zone(text);
  if (!bare) return not_an_address();
  if (const auto ipv6 = converted<16>(AF_INET6, *bare)) return from_ipv6(*ipv6);
  return not_an_address();
}

Address Address::from_ipv4(const std::array<std::uint8_t, 4>& bytes) {
  Address address;
  address.family_ = Family::kIpv4;
  std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  return address;
}

Address Address::from_ipv6(const std::array<std::uint8_t, 16>& bytes) {
  if (std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin())) {
    return from_ipv4({bytes[12], bytes[13], bytes[14], bytes[15]});
  }
  Address address;
  address.family_ = Family::kIpv6;
  address.bytes_ = bytes;
  return address;
}

bool Address::is_loopback() const noexcept {
  return (family_ == Family::kIpv4 && bytes_[0] == 127) || (family_ == Family::kIpv6 && bytes_ == kIpv6Loopback);
}

bool Address::names_one_client() const noexcept {
  if (family_ == Family::kLocal) return false;
  return family_ == Family::kIpv4 || !is_link_local(bytes_);
}

std::string Address::text() const {
  if (family_ == Family::kLocal) return "local";
  char buffer[INET6_ADDRSTRLEN] = "";
  const int family = family_ == Family::kIpv4 ? AF_INET : AF_INET6;
  ::inet_ntop(family, bytes_.data(), buffer, sizeof buffer);  // cannot fail: the family is known, the buffer fits
  return buffer;
}

Result<Network> Network::parse(std::string_view text) {
  if (text.find('%') != std::string_view::npos) return not_a_network("names a zone, which is no part of a network");
  const auto slash = text.find('/');
  const auto base = Address::parse(text.substr(0, slash));
  if (!base || base->family() == Family::kLocal) return not_a_network("is not an IPv4 or IPv6 network");
  Network network;
  network.base_ = *base;
  network.bits_ = static_cast<std::uint8_t>(all_bits(base->family()));
  if (slash == std::string_view::npos) return network;

  if (base->family() == Family::kIpv4 && text.find(':') != std::string_view::npos) {
    return not_a_network("is an IPv4-mapped network, which must be written as IPv4");
  }
  const auto bits = parse_bits(text.substr(slash + 1), network.bits_);
  if (!bits) return not_a_network("has a prefix length that is not 0 to " + std::to_string(network.bits_));
  network.bits_ = static_cast<std::uint8_t>(*bits);
  if (leading_bits(base->bytes(), *bits) != base->bytes()) {
    return not_a_network("has host bits set behind its prefix of " + std::to_string(*bits) + " bits");
  }
  return network;
}

Network Network::around(const Address& address, const AddressPrefixes& prefixes) {
  const unsigned bits = client_bits(address, prefixes);
  Network network;
  network.base_ = address_of(address.family(), leading_bits(address.bytes(), bits));
  network.bits_ = static_cast<std::uint8_t>(bits);
  return network;
}

Result<Network> Network::from_stored(std::uint8_t family, std::uint8_t bits,
                                     const std::array<std::uint8_t, 16>& bytes) {
  const auto known = Family{family};
  const bool is_known = known == Family::kLocal || known == Family::kIpv4 || known == Family::kIpv6;
  if (!is_known || bits > all_bits(known)) {
    return Error{Error::Code::kStore, "stored address", "is of no known family or length", ""};
  }
  Network network;
  network.base_ = address_of(known, leading_bits(bytes, bits));
  network.bits_ = bits;
  if (network.base_.family() != known) {
    return Error{Error::Code::kStore, "stored address", "is IPv4 in the shape of IPv6", ""};
  }
  return network;
}

bool Network::contains(const Address& address) const noexcept {
  return address.family() == base_.family() && leading_bits(address.bytes(), bits_) == base_.bytes();
}

bool Network::is_single_address() const noexcept {
  return base_.family() != Family::kLocal && bits_ == all_bits(base_.family());
}

std::string Network::text() const {
  if (base_.family() == Family::kLocal || is_single_address()) return base_.text();
  return base_.text() + "/" + std::to_string(bits_);
}

}  // namespace twinlock
