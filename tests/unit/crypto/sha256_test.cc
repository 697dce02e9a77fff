#include "crypto/sha256.h"

#include <gtest/gtest.h>

namespace twinlock {
namespace {

// FIPS 180-2 appendix B.1 and B.2.
TEST(Sha256, GivesTheDigestsOfTheStandardAndBeginsAnew) {
  Sha256 sum;
  sum.add("abc");
  EXPECT_EQ(hex_of(*sum.finish()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  sum.add("abcdbcdecdefdefgefghfghighijhijk");
  sum.add("ijkljklmklmnlmnomnopnopq");
  EXPECT_EQ(hex_of(*sum.finish()), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(DigestFromHex, TakesLowerCaseOfTheRightLengthOnly) {
  const std::string hex = "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1";
  EXPECT_EQ(hex_of(*digest_from_hex(hex)), hex);
  EXPECT_FALSE(digest_from_hex(hex.substr(1)));
  EXPECT_FALSE(digest_from_hex("G" + hex.substr(1)));
  EXPECT_FALSE(digest_from_hex("A" + hex.substr(1)));
}

}  // namespace
}  // namespace twinlock
