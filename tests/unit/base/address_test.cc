#include "base/address.h"

#include <gtest/gtest.h>

namespace twinlock {
namespace {

using Family = Address::Family;

Address address(std::string_view text) { return *Address::parse(text); }
Network network(std::string_view text) { return *Network::parse(text); }

TEST(Address, KeepsIpv4InTheFirstFourBytes) {
  const auto parsed = address("192.0.2.7");
  EXPECT_EQ(parsed.family(), Family::kIpv4);
  EXPECT_EQ(parsed.bytes(), (std::array<std::uint8_t, 16>{192, 0, 2, 7}));
  EXPECT_EQ(parsed.text(), "192.0.2.7");
}

TEST(Address, KeepsIpv6InNetworkOrder) {
  const auto parsed = address("2001:DB8:0:0::a1");
  EXPECT_EQ(parsed.family(), Family::kIpv6);
  EXPECT_EQ(parsed.bytes(),
            (std::array<std::uint8_t, 16>{0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xA1}));
  EXPECT_EQ(parsed.text(), "2001:db8::a1");
}

TEST(Address, UnwrapsIpv4MappedOnes) {
  for (const auto* text :
       {"::ffff:192.0.2.7", "::FFFF:c000:207", "0:0:0:0:0:ffff:192.0.2.7", "::ffff:192.0.2.7%eth0"}) {
    EXPECT_EQ(address(text), address("192.0.2.7")) << text;
  }
  EXPECT_EQ(address("::192.0.2.7").family(), Family::kIpv6);
}

TEST(Address, StripsZones) {
  EXPECT_EQ(address("fe80::1%eth0"), address("fe80::1"));
  EXPECT_EQ(address("fe80::1%eth0").text(), "fe80::1");
}

TEST(Address, KnowsLocal) {
  EXPECT_EQ(address("local"), Address());
  EXPECT_EQ(address("local").family(), Family::kLocal);
  EXPECT_EQ(Address().text(), "local");
}

TEST(Address, RefusesWhatIsNotNumeric) {
  for (const auto* text :
       {"", " ", "files.example.com", "localhost", "LOCAL", "alice", "192.0.2.7 ", " 192.0.2.7", "192.0.2.7/32",
        "[2001:db8::1]", "2001:db8::1::2", "2001:db8", "::ffff:192.0.2.256", "%eth0", "fe80::1%", "192.0.2.7%eth0",
        "local%eth0", "2001:0db8:0000:0000:0000:0000:0000:0000:0001"}) {
    const auto parsed = Address::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Error::Code::kUsage);
    EXPECT_NE(parsed.error().mend, "");
  }
}

TEST(Address, RefusesShortAndOctalAndHexadecimalIpv4) {
  for (const auto* text : {"127.1", "2130706433", "0x7f.0.0.1", "0177.0.0.1", "192.0.02.7", "192.0.2", "192.0.2.7.1"}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
}

TEST(Address, RefusesWhatHidesBehindNul) {
  using namespace std::literals;
  EXPECT_FALSE(Address::parse("192.0.2.7\0.evil"sv));
  EXPECT_FALSE(Address::parse("2001:db8::1\0"sv));
}

TEST(Address, RefusesVeryLongText) { EXPECT_FALSE(Address::parse(std::string(10'000, '1'))); }

TEST(Address, TellsLoopback) {
  for (const auto* text : {"127.0.0.1", "127.255.1.2", "::1", "::ffff:127.0.0.1"}) {
    EXPECT_TRUE(address(text).is_loopback()) << text;
  }
  for (const auto* text : {"128.0.0.1", "126.255.255.255", "::2", "::", "local", "7f00::1"}) {
    EXPECT_FALSE(address(text).is_loopback()) << text;
  }
}

TEST(Address, DiffersByFamilyAlone) {
  EXPECT_NE(Address::from_ipv4({0, 0, 0, 0}), Address::from_ipv6({}));
  EXPECT_NE(Address::from_ipv4({0, 0, 0, 0}), Address());
}

TEST(Network, ContainsItsFirstAndLastAddressOnly) {
  const auto office = network("10.20.0.0/15");
  EXPECT_FALSE(office.contains(address("10.19.255.255")));
  EXPECT_TRUE(office.contains(address("10.20.0.0")));
  EXPECT_TRUE(office.contains(address("10.21.255.255")));
  EXPECT_FALSE(office.contains(address("10.22.0.0")));
}

TEST(Network, ContainsIpv6ByItsLeadingBits) {
  const auto office = network("2001:db8:8000::/33");
  EXPECT_FALSE(office.contains(address("2001:db8:7fff:ffff::1")));
  EXPECT_TRUE(office.contains(address("2001:db8:8000::")));
  EXPECT_TRUE(office.contains(address("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff")));
  EXPECT_FALSE(office.contains(address("2001:db9::")));
}

TEST(Network, OfNoBitsContainsItsFamilyOnly) {
  EXPECT_TRUE(network("0.0.0.0/0").contains(address("203.0.113.9")));
  EXPECT_TRUE(network("0.0.0.0/0").contains(address("::ffff:203.0.113.9")));
  EXPECT_FALSE(network("0.0.0.0/0").contains(address("2001:db8::1")));
  EXPECT_FALSE(network("0.0.0.0/0").contains(Address()));
  EXPECT_FALSE(network("::/0").contains(address("203.0.113.9")));
  EXPECT_FALSE(network("::/0").contains(Address()));
}

TEST(Network, TakesABareAddressAsItself) {
  EXPECT_EQ(network("192.0.2.7"), network("192.0.2.7/32"));
  EXPECT_EQ(network("2001:db8::7"), network("2001:db8::7/128"));
  EXPECT_EQ(network("::ffff:192.0.2.7"), network("192.0.2.7/32"));
  EXPECT_TRUE(network("192.0.2.7").is_single_address());
  EXPECT_FALSE(network("192.0.2.6/31").is_single_address());
  EXPECT_TRUE(network("2001:db8::7/128").is_single_address());
  EXPECT_FALSE(network("2001:db8::/32").is_single_address());
  EXPECT_FALSE(Network().is_single_address());
}

TEST(Network, RefusesHostBits) {
  for (const auto* text : {"10.20.1.0/16", "192.0.2.7/31", "0.0.0.1/0", "2001:db8::1/64", "2001:db8:1::/32"}) {
    const auto parsed = Network::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_NE(parsed.error().why.find("host bits"), std::string::npos) << parsed.error().why;
  }
}

TEST(Network, RefusesBadPrefixesAndNames) {
  for (const auto* text : {"",
                           "/",
                           "/8",
                           "10.0.0.0/",
                           "10.0.0.0/33",
                           "10.0.0.0/-1",
                           "10.0.0.0/+8",
                           "10.0.0.0/08",
                           "10.0.0.0/8 ",
                           "10.0.0.0/8/8",
                           "10.0.0.0/255.0.0.0",
                           "10/8",
                           "2001:db8::/129",
                           "2001:db8::/4294967328",
                           "local",
                           "local/0",
                           "files.example.com",
                           "example.de/24",
                           "fe80::1%eth0",
                           "fe80::%eth0/64",
                           "fe80::/64%eth0",
                           "::ffff:10.0.0.0/104",
                           "::ffff:10.0.0.0/8"}) {
    const auto parsed = Network::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Error::Code::kUsage);
  }
}

TEST(Network, AroundAClientClearsTheRest) {
  EXPECT_EQ(Network::around(address("192.0.2.7"), {}).text(), "192.0.2.7");
  EXPECT_EQ(Network::around(address("2001:db8:1:2:3:4:5:6"), {}).text(), "2001:db8:1:2::/64");
  EXPECT_EQ(Network::around(address("203.0.113.255"), {.ipv4 = 20, .ipv6 = 64}).text(), "203.0.112.0/20");
  EXPECT_EQ(Network::around(address("2001:db8:1:2:3:4:5:6"), {.ipv4 = 32, .ipv6 = 128}).text(), "2001:db8:1:2:3:4:5:6");
  EXPECT_EQ(Network::around(address("::ffff:192.0.2.7"), {}).text(), "192.0.2.7");
}

TEST(Network, AroundLocalIsLocal) {
  const auto key = Network::around(Address(), {});
  EXPECT_EQ(key, Network());
  EXPECT_EQ(key.bits(), 0);
  EXPECT_EQ(key.text(), "local");
  EXPECT_TRUE(key.contains(Address()));
  EXPECT_FALSE(key.contains(address("192.0.2.7")));
}

TEST(Network, ComesBackFromItsStoredBytes) {
  for (const auto* text : {"192.0.2.7", "10.20.0.0/16", "0.0.0.0/0", "2001:db8::/64", "2001:db8::7", "::/0"}) {
    const auto written = network(text);
    const auto read = Network::from_stored(static_cast<std::uint8_t>(written.base().family()), written.bits(),
                                           written.base().bytes());
    ASSERT_TRUE(read) << text;
    EXPECT_EQ(*read, written);
  }
  EXPECT_EQ(*Network::from_stored(0, 0, {}), Network());
}

TEST(Network, ClearsHostBitsOfStoredBytes) {
  EXPECT_EQ(Network::from_stored(4, 8, {10, 1, 2, 3, 4, 5})->text(), "10.0.0.0/8");
  EXPECT_EQ(*Network::from_stored(0, 0, {1, 2, 3}), Network());
}

TEST(Network, RefusesStoredBytesThatNobodyWrites) {
  const auto mapped = std::array<std::uint8_t, 16>{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 192, 0, 2, 7};
  for (const auto& read :
       {Network::from_stored(5, 0, {}), Network::from_stored(255, 8, {}), Network::from_stored(0, 1, {}),
        Network::from_stored(4, 33, {}), Network::from_stored(6, 129, {}), Network::from_stored(6, 128, mapped)}) {
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, Error::Code::kStore);
  }
}

}  // namespace
}  // namespace twinlock
