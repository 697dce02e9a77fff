#include "crypto/hkdf.h"

#include <gtest/gtest.h>

#include "support/hex.h"

namespace twinlock {
namespace {

using test::from_hex;
using test::to_hex;

struct HkdfVector {
  const char* key;
  const char* info;
  const char* output;
};

// RFC 5869 appendix A.1 to A.3: the expand step from PRK to OKM.
const HkdfVector kHkdfVectors[] = {
    {"077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5", "f0f1f2f3f4f5f6f7f8f9",
     "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
    {"06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
     "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e"
     "8"
     "e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
     "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09da3275600c2f09b83"
     "6"
     "7793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
    {"19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04", "",
     "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"}};

TEST(HkdfExpand, FitsRfc5869) {
  for (const auto& vector : kHkdfVectors) {
    const auto wanted = from_hex(vector.output);
    const auto output = hkdf_expand(from_hex(vector.key), from_hex(vector.info), wanted.size());
    ASSERT_TRUE(output);
    EXPECT_EQ(to_hex(output->bytes()), vector.output);
  }
}

TEST(HkdfExpand, RefusesMoreThanTheRfcAllows) {
  EXPECT_FALSE(hkdf_expand(from_hex(kHkdfVectors[0].key), {}, 255 * 32 + 1));
}

}  // namespace
}  // namespace twinlock
