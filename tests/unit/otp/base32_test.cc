#include "otp/base32.h"

#include <gtest/gtest.h>
#include <liboath/oath.h>

#include <cstdlib>
#include <random>

#include "support/hex.h"

namespace twinlock {
namespace {

std::string encoded(std::string_view bytes) {
  const auto text = encode_base32(SecretBytes(bytes).bytes());
  return text ? std::string(text->text()) : text.error().text();
}

std::string decoded(std::string_view text) {
  const auto bytes = decode_base32(text);
  return bytes ? std::string(bytes->text()) : bytes.error().text();
}

struct Pair {
  const char* bytes;
  const char* text;
};

// RFC 4648 §10.
constexpr Pair kRfcVectors[] = {{"", ""},
                                {"f", "MY======"},
                                {"fo", "MZXQ===="},
                                {"foo", "MZXW6==="},
                                {"foob", "MZXW6YQ="},
                                {"fooba", "MZXW6YTB"},
                                {"foobar", "MZXW6YTBOI======"}};

TEST(Base32, EncodesAsRfc4648WithoutPadding) {
  for (const auto& pair : kRfcVectors) {
    const std::string_view padded = pair.text;
    EXPECT_EQ(encoded(pair.bytes), padded.substr(0, padded.find('='))) << pair.bytes;
  }
}

TEST(Base32, DecodesRfc4648WithAndWithoutPadding) {
  for (const auto& pair : kRfcVectors) {
    const std::string_view padded = pair.text;
    EXPECT_EQ(decoded(padded), pair.bytes);
    EXPECT_EQ(decoded(padded.substr(0, padded.find('='))), pair.bytes);
  }
}

TEST(Base32, DecodesWhatPeopleType) {
  for (const auto* text : {"mzxw6ytboi", "MZXW 6YTB OI", "mzxw-6ytb-oi", " MZXW6YTBOI== = ", "MzXw6yTbOi="}) {
    EXPECT_EQ(decoded(text), "foobar") << text;
  }
}

TEST(Base32, RefusesAnyOtherCharacter) {
  using namespace std::string_view_literals;
  for (const auto text : {"MZXW0YTB"sv, "MZXW1YTB"sv, "MZXW8YTB"sv, "MZXW6YT\xC3\x84"sv, "MZXW6YT\0"sv, "MZXW\nYTB"sv,
                          "MZ=XW6YT"sv, "=MZXW6YTB"sv, "MZXW6YTB\t"sv, "MZXW+YTB"sv}) {
    const auto bytes = decode_base32(text);
    ASSERT_FALSE(bytes) << text;
    EXPECT_EQ(bytes.error().code, Error::Code::kUsage);
    EXPECT_EQ(bytes.error().text().find("MZXW"), std::string::npos) << "an error must not hold the secret";
  }
}

TEST(Base32, RefusesLengthsThatNoBytesHave) {
  for (const auto* text : {"M", "MZX", "MZXW6Y", "MZXW6YTBO", "MZXW6YTBOIM"}) EXPECT_FALSE(decode_base32(text)) << text;
}

TEST(Base32, DecodesEveryByteValue) {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes += static_cast<char>(value);
  EXPECT_EQ(decoded(encoded(bytes)), bytes);
}

/// What liboath makes of it, in hexadecimal.
std::string decoded_by_liboath(const std::string& text) {
  char* output = nullptr;
  std::size_t size = 0;
  const int outcome = ::oath_base32_decode(text.data(), text.size(), &output, &size);
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(output);
  const auto hex = outcome == OATH_OK ? test::to_hex({bytes, size}) : std::string("refused");
  std::free(output);
  return hex;
}

// Without dashes: liboath refuses them.
TEST(Base32, DecodesAsLiboathDoes) {
  std::mt19937 random(4648);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(random() % 40, ' ');
    for (char& c : text) c = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567abcdefghijklmnopqrstuvwxyz "[random() % 59];
    const auto bytes = decode_base32(text);
    ASSERT_EQ(bytes ? test::to_hex(bytes->bytes()) : "refused", decoded_by_liboath(text)) << text;
  }
}

}  // namespace
}  // namespace twinlock
