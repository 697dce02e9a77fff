#include "crypto/seal.h"

#include <gtest/gtest.h>

#include "support/hex.h"

namespace twinlock {
namespace {

using Bytes = std::vector<std::uint8_t>;
using test::from_hex;
using test::to_hex;

struct SealVector {
  const char* key;
  const char* nonce;
  const char* associated;
  const char* plain;
  const char* sealed;  ///< Ciphertext and tag.
};

// McGrew and Viega, "The Galois/Counter Mode of Operation", test cases 13, 14 and 16 (AES-256, 96-bit IV), which
// NIST SP 800-38D refers to.
constexpr const char* kZeroKey = "0000000000000000000000000000000000000000000000000000000000000000";
const SealVector kSealVectors[] = {
    {kZeroKey, "000000000000000000000000", "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
    {kZeroKey, "000000000000000000000000", "", "00000000000000000000000000000000",
     "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
    {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e"
     "2449a6b525b16aedf5aa0de657ba"
     "637b39",
     "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b"
     "1056828838c5f61e6393ba7a0abc"
     "c9f66276fc6ece0f4e1768cddf8853bb2d551b"}};

/// A vector whose bytes a test may change before it uses them.
struct Sealed {
  explicit Sealed(const SealVector& vector)
      : key(from_hex(vector.key)),
        nonce(from_hex(vector.nonce)),
        associated(from_hex(vector.associated)),
        plain(from_hex(vector.plain)),
        sealed(from_hex(vector.sealed)) {}

  [[nodiscard]] SealInput input() const { return {key, nonce, associated}; }
  [[nodiscard]] Result<SecretBytes> open() const { return unseal(input(), sealed); }

  Bytes key, nonce, associated, plain, sealed;
};

TEST(Seal, FitsThePublishedVectors) {
  for (const auto& vector : kSealVectors) {
    const Sealed it(vector);
    Bytes sealed(it.plain.size() + kSealTagBytes);
    ASSERT_TRUE(seal(it.input(), it.plain, sealed));
    EXPECT_EQ(to_hex(sealed), vector.sealed);
  }
}

TEST(Unseal, FitsThePublishedVectors) {
  for (const auto& vector : kSealVectors) {
    const auto plain = Sealed(vector).open();
    ASSERT_TRUE(plain);
    EXPECT_EQ(to_hex(plain->bytes()), vector.plain);
  }
}

TEST(Unseal, RefusesEveryFlippedBitOfSealedData) {
  Sealed it(kSealVectors[2]);
  for (std::size_t bit = 0; bit < it.sealed.size() * 8; ++bit) {
    const auto mask = static_cast<std::uint8_t>(1U << bit % 8);
    it.sealed[bit / 8] ^= mask;
    const auto plain = it.open();
    ASSERT_FALSE(plain) << "bit " << bit;
    EXPECT_EQ(plain.error().code, Error::Code::kStore);
    it.sealed[bit / 8] ^= mask;
  }
}

TEST(Unseal, RefusesAnotherKeyNonceOrAssociatedData) {
  for (Bytes Sealed::*part : {&Sealed::key, &Sealed::nonce, &Sealed::associated}) {
    Sealed it(kSealVectors[2]);
    (it.*part).back() ^= 1U;
    const auto plain = it.open();
    ASSERT_FALSE(plain);
    EXPECT_EQ(plain.error().code, Error::Code::kStore);
  }
}

TEST(Seal, RefusesKeysNoncesAndBuffersOfOtherSizes) {
  const Sealed it(kSealVectors[2]);
  Bytes sealed(it.plain.size() + kSealTagBytes);
  const std::span<const std::uint8_t> key(it.key);
  const std::span<const std::uint8_t> nonce(it.nonce);
  EXPECT_FALSE(seal({key.first(16), nonce, {}}, it.plain, sealed));
  EXPECT_FALSE(seal({key, nonce.first(11), {}}, it.plain, sealed));
  EXPECT_FALSE(seal({key, nonce, {}}, it.plain, std::span(sealed).first(sealed.size() - 1)));
}

TEST(Unseal, RefusesWhatIsShorterThanATag) {
  Sealed it(kSealVectors[0]);
  it.sealed.pop_back();
  EXPECT_FALSE(it.open());
}

}  // namespace
}  // namespace twinlock
