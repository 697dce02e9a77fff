#include "otp/hotp.h"

#include <gtest/gtest.h>

#include "otp/base32.h"
#include "otp/totp.h"
#include "support/hex.h"
#include "support/vectors.h"

namespace twinlock {
namespace {

std::string code_at(std::span<const std::uint8_t> key, std::uint64_t counter, Digits digits = Digits::kSix,
                    HashAlgorithm algorithm = HashAlgorithm::kSha1) {
  const auto code = hotp_code(key, counter, digits, algorithm);
  return code ? std::string(code->text()) : code.error().text();
}

SecretBytes rfc_secret() { return SecretBytes(std::string_view("12345678901234567890")); }

HashAlgorithm algorithm_named(const std::string& name) {
  if (name == "SHA256") return HashAlgorithm::kSha256;
  return name == "SHA512" ? HashAlgorithm::kSha512 : HashAlgorithm::kSha1;
}

TEST(HotpCode, FollowsRfc4226AppendixD) {
  const auto cases = test::read_vectors("rfc4226.txt");
  ASSERT_EQ(cases.size(), 10U);
  for (const auto& fields : cases) {
    EXPECT_EQ(code_at(rfc_secret().bytes(), std::stoull(fields.at(0))), fields.at(1)) << "counter " << fields[0];
  }
}

TEST(HotpCode, FollowsRfc6238AppendixBWithAllThreeHashes) {
  const auto cases = test::read_vectors("rfc6238.txt");
  ASSERT_EQ(cases.size(), 18U);
  for (const auto& fields : cases) {
    const auto step = totp_step({std::stoll(fields.at(0))}, 30);
    const auto code = code_at(test::from_hex(fields.at(2)), step, Digits::kEight, algorithm_named(fields.at(1)));
    EXPECT_EQ(code, fields.at(3)) << fields[1] << " at " << fields[0];
  }
}

// Facts of google-authenticator-libpam's own tests, recomputed by hand; the first code begins with a zero.
TEST(HotpCode, AgreesWithGoogleAuthenticator) {
  const auto key = decode_base32("2SH3V3GDW7ZNMGYE");
  ASSERT_TRUE(key);
  EXPECT_EQ(code_at(key->bytes(), totp_step({300000}, 30)), "050548");
  EXPECT_EQ(code_at(key->bytes(), 1), "293240");
  EXPECT_EQ(code_at(key->bytes(), 5), "932068");
}

TEST(HotpCode, TakesKeysOfOneToSixtyFourBytes) {
  const std::vector<std::uint8_t> bytes(65);
  for (const std::size_t size : {1U, 16U, 64U}) {
    EXPECT_TRUE(hotp_code(std::span(bytes).first(size), 0, Digits::kSix, HashAlgorithm::kSha1)) << size;
  }
  for (const std::size_t size : {0U, 65U}) {
    const auto code = hotp_code(std::span(bytes).first(size), 0, Digits::kSix, HashAlgorithm::kSha1);
    ASSERT_FALSE(code) << size;
    EXPECT_EQ(code.error().code, Error::Code::kCrypto);
  }
}

TEST(HotpCode, RefusesCountersFromTwoToTheSixtyTwo) {
  constexpr auto kLimit = std::uint64_t{1} << 62;
  for (const auto algorithm : {HashAlgorithm::kSha1, HashAlgorithm::kSha256, HashAlgorithm::kSha512}) {
    EXPECT_TRUE(hotp_code(rfc_secret().bytes(), kLimit - 1, Digits::kSix, algorithm));
    EXPECT_FALSE(hotp_code(rfc_secret().bytes(), kLimit, Digits::kSix, algorithm));
    EXPECT_FALSE(hotp_code(rfc_secret().bytes(), ~std::uint64_t{0}, Digits::kSix, algorithm));
  }
}

TEST(HotpCode, RefusesAnUnknownAlgorithmAndImpossibleDigits) {
  EXPECT_FALSE(hotp_code(rfc_secret().bytes(), 0, Digits::kSix, static_cast<HashAlgorithm>(4)));
  for (const int digits : {0, 5, 9, 255}) {
    EXPECT_FALSE(hotp_code(rfc_secret().bytes(), 0, static_cast<Digits>(digits), HashAlgorithm::kSha1)) << digits;
    EXPECT_FALSE(hotp_code(rfc_secret().bytes(), 0, static_cast<Digits>(digits), HashAlgorithm::kSha512)) << digits;
  }
}

TEST(HotpCode, LeavesNothingInACodeThatWasMovedFrom) {
  auto code = hotp_code(rfc_secret().bytes(), 0, Digits::kSix, HashAlgorithm::kSha1);
  ASSERT_TRUE(code);
  const OneTimeCode taken = std::move(*code);
  EXPECT_EQ(taken.text(), "755224");
  EXPECT_EQ(code->text().find("755224"), std::string_view::npos);
}

TEST(TotpStep, ChangesAtWholePeriods) {
  EXPECT_EQ(totp_step({0}, 30), 0U);
  EXPECT_EQ(totp_step({29}, 30), 0U);
  EXPECT_EQ(totp_step({30}, 30), 1U);
  EXPECT_EQ(totp_step({300}, 300), 1U);
}

TEST(TotpStep, IsZeroBefore1970) { EXPECT_EQ(totp_step({-1}, 30), 0U); }

}  // namespace
}  // namespace twinlock
