#include "crypto/scrypt.h"

#include <gtest/gtest.h>

#include "crypto/hmac.h"
#include "support/hex.h"

namespace twinlock {
namespace {

struct ScryptVector {
  const char* passphrase;
  const char* salt;
  ScryptCost cost;
  const char* output;
};

// RFC 7914 section 12, without the one that takes 1 GiB.
const ScryptVector kScryptVectors[] = {
    {"",
     "",
     {16, 1, 1},
     "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a"
     "753a0fc81f17e8d3e0fb2e0d3628cf3"
     "5e20c38d18906"},
    {"password",
     "NaCl",
     {1024, 8, 16},
     "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff1"
     "09279d9830dac727afb94a83ee6d836"
     "0cbdfa2cc0640"},
    {"pleaseletmein",
     "SodiumChloride",
     {16384, 8, 1},
     "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d4"
     "9705242a9af9e61e85dc0d651e40dfc"
     "f017b45575887"}};

TEST(Scrypt, FitsRfc7914) {
  for (const auto& vector : kScryptVectors) {
    const auto output = scrypt(bytes_of(vector.passphrase), bytes_of(vector.salt), vector.cost, 64);
    ASSERT_TRUE(output) << output.error().text();
    EXPECT_EQ(test::to_hex(output->bytes()), vector.output);
  }
}

TEST(Scrypt, TakesNoMoreThan192MebibytesWhateverItIsAsked) {
  const auto output = scrypt(bytes_of("pleaseletmein"), bytes_of("SodiumChloride"), {1048576, 8, 1}, 64);
  ASSERT_FALSE(output);
  EXPECT_EQ(output.error().code, Error::Code::kCrypto);
}

}  // namespace
}  // namespace twinlock
