#include "otp/otpauth_uri.h"

#include <gtest/gtest.h>

#include <vector>

namespace twinlock {
namespace {

/// "Hello!\xDE\xAD\xBE\xEF", the secret of the Key URI format's own examples: JBSWY3DPEHPK3PXP.
const std::vector<std::uint8_t> kKey{'H', 'e', 'l', 'l', 'o', '!', 0xDE, 0xAD, 0xBE, 0xEF};

OtpauthToken token_of(std::string_view issuer, std::string_view account) {
  return {.issuer = issuer, .account = account, .key = kKey};
}

std::string uri_of(const OtpauthToken& token) {
  const auto uri = build_otpauth_uri(token);
  return uri ? std::string(uri->text()) : uri.error().text();
}

TEST(OtpauthUri, LeavesOutTheDefaults) {
  EXPECT_EQ(uri_of(token_of("Example", "alice@example.com")),
            "otpauth://totp/Example:alice%40example.com?secret=JBSWY3DPEHPK3PXP&issuer=Example");
}

TEST(OtpauthUri, StatesWhatDiffersFromTheDefaults) {
  auto token = token_of("Example", "bob");
  token.algorithm = HashAlgorithm::kSha256;
  token.digits = Digits::kEight;
  token.moves_by = TotpPeriod{60};
  EXPECT_EQ(uri_of(token),
            "otpauth://totp/Example:bob?secret=JBSWY3DPEHPK3PXP&issuer=Example&algorithm=SHA256&digits=8&period=60");
  token.algorithm = HashAlgorithm::kSha512;
  token.digits = Digits::kSeven;
  token.moves_by = TotpPeriod{30};
  EXPECT_EQ(uri_of(token),
            "otpauth://totp/Example:bob?secret=JBSWY3DPEHPK3PXP&issuer=Example&algorithm=SHA512&digits=7");
}

TEST(OtpauthUri, AlwaysStatesTheCounterOfHotp) {
  auto token = token_of("Example", "carol");
  token.moves_by = HotpCounter{0};
  EXPECT_EQ(uri_of(token), "otpauth://hotp/Example:carol?secret=JBSWY3DPEHPK3PXP&issuer=Example&counter=0");
  token.moves_by = HotpCounter{4611686018427387903};
  EXPECT_EQ(uri_of(token),
            "otpauth://hotp/Example:carol?secret=JBSWY3DPEHPK3PXP&issuer=Example&counter=4611686018427387903");
}

TEST(OtpauthUri, EncodesBlanksAsPercent20) {
  EXPECT_EQ(uri_of(token_of("File server", "alice smith")),
            "otpauth://totp/File%20server:alice%20smith?secret=JBSWY3DPEHPK3PXP&issuer=File%20server");
}

TEST(OtpauthUri, EncodesWhateverCouldEndAPartOfIt) {
  EXPECT_EQ(uri_of(token_of("A&B=C?D#E+F%G/H", "DOMAIN\\alice")),
            "otpauth://totp/A%26B%3DC%3FD%23E%2BF%25G%2FH:DOMAIN%5Calice"
            "?secret=JBSWY3DPEHPK3PXP&issuer=A%26B%3DC%3FD%23E%2BF%25G%2FH");
}

TEST(OtpauthUri, EncodesUtf8ByteByByte) {
  EXPECT_EQ(uri_of(token_of("Landkreis Köln", "jürgen")),
            "otpauth://totp/Landkreis%20K%C3%B6ln:j%C3%BCrgen?secret=JBSWY3DPEHPK3PXP&issuer=Landkreis%20K%C3%B6ln");
}

TEST(OtpauthUri, LeavesUnreservedCharactersAsTheyAre) {
  EXPECT_EQ(uri_of(token_of("", "a-b.c_d~e0Z")), "otpauth://totp/a-b.c_d~e0Z?secret=JBSWY3DPEHPK3PXP");
}

TEST(OtpauthUri, EncodesAColonInTheAccount) {
  EXPECT_EQ(uri_of(token_of("Example", "a:b")), "otpauth://totp/Example:a%3Ab?secret=JBSWY3DPEHPK3PXP&issuer=Example");
}

TEST(OtpauthUri, WritesTheSecretWithoutPadding) {
  const std::vector<std::uint8_t> key(16, 0xFF);
  auto token = token_of("", "alice");
  token.key = key;
  EXPECT_EQ(uri_of(token), "otpauth://totp/alice?secret=77777777777777777777777774");
}

TEST(OtpauthUri, RefusesAnIssuerWithAColon) {
  const auto uri = build_otpauth_uri(token_of("Server: north", "alice"));
  ASSERT_FALSE(uri);
  EXPECT_EQ(uri.error().code, Error::Code::kUsage);
}

TEST(OtpauthUri, RefusesAnEmptyAccountAndAnEmptySecret) {
  EXPECT_FALSE(build_otpauth_uri(token_of("Example", "")));
  auto token = token_of("Example", "alice");
  token.key = {};
  EXPECT_FALSE(build_otpauth_uri(token));
}

}  // namespace
}  // namespace twinlock
