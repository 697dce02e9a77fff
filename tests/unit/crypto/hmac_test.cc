#include "crypto/hmac.h"

#include <gtest/gtest.h>

#include "support/hex.h"

namespace twinlock {
namespace {

using test::from_hex;
using test::to_hex;

struct HmacVector {
  std::string key;
  std::string data;
  const char* mac;
};

std::string repeated(std::string_view hex, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += hex;
  return text;
}

// RFC 4231 §4.2–4.5, 4.7, 4.8 (§4.6 is about truncation, which is not offered).
const HmacVector kHmacVectors[] = {
    {repeated("0b", 20), "4869205468657265", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {repeated("aa", 20), repeated("dd", 50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"0102030405060708090a0b0c0d0e0f10111213141516171819", repeated("cd", 50),
     "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {repeated("aa", 131),
     "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048617368204b657"
     "9204669727374",
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {repeated("aa", 131),
     "5468697320697320612074657374207573696e672061206c6172676572207468616e20626c6f636b2d73697a65206b657920616e642061206"
     "c"
     "6172676572207468616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565647320746f206265206861736865642062"
     "65666f7265206265696e6720757365642062792074686520484d414320616c676f726974686d2e",
     "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"}};

TEST(HmacSha256, FitsRfc4231) {
  for (const auto& vector : kHmacVectors) {
    const auto mac = hmac_sha256(from_hex(vector.key), {from_hex(vector.data)});
    ASSERT_TRUE(mac);
    EXPECT_EQ(to_hex(*mac), vector.mac);
  }
}

TEST(HmacSha256, JoinsItsParts) {
  const auto key = from_hex(kHmacVectors[1].key);
  const auto mac = hmac_sha256(key, {bytes_of("what do ya want"), bytes_of(""), bytes_of(" for nothing?")});
  ASSERT_TRUE(mac);
  EXPECT_EQ(to_hex(*mac), kHmacVectors[1].mac);
}

TEST(EqualInConstantTime, ComparesBytesAndLengths) {
  EXPECT_TRUE(equal_in_constant_time(bytes_of("abc"), bytes_of("abc")));
  EXPECT_FALSE(equal_in_constant_time(bytes_of("abc"), bytes_of("abd")));
  EXPECT_FALSE(equal_in_constant_time(bytes_of("abc"), bytes_of("ab")));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
}

}  // namespace
}  // namespace twinlock
