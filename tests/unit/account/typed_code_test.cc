#include "account/typed_code.h"

#include <gtest/gtest.h>

#include <string>

namespace twinlock {
namespace {

using Kind = TypedCode::Kind;
using namespace std::string_view_literals;

Kind kind_of(std::string_view typed) { return read_typed_code(typed).kind; }

TEST(TypedCode, TellsTokenCodesByTheirSixToEightDigits) {
  EXPECT_EQ(kind_of("49203"), Kind::kMalformed);
  EXPECT_EQ(kind_of("492039"), Kind::kToken);
  EXPECT_EQ(kind_of("4920391"), Kind::kToken);
  EXPECT_EQ(kind_of("49203918"), Kind::kToken);
}

TEST(TypedCode, TellsBypassCodesByTheirNineDigits) {
  EXPECT_EQ(kind_of("492039183"), Kind::kBypass);
  EXPECT_EQ(kind_of("492 039 183"), Kind::kBypass);
}

TEST(TypedCode, TellsInvitationsAndRecoveryCodesByTheirLength) {
  EXPECT_EQ(kind_of("ABCDE-FGHIJ"), Kind::kInvitation);
  EXPECT_EQ(kind_of("ABCD-EFGH-IJKL"), Kind::kRecovery);
  EXPECT_EQ(kind_of("ABCDEFGHIJK"), Kind::kMalformed);
  EXPECT_EQ(kind_of("ABCDEFGHIJKLM"), Kind::kMalformed);
}

TEST(TypedCode, TakesDigitsOfTheBase32AlphabetAsPaperCodes) {
  EXPECT_EQ(kind_of("2345672345"), Kind::kInvitation);
  EXPECT_EQ(kind_of("234567234567"), Kind::kRecovery);
  EXPECT_EQ(kind_of("1234567890"), Kind::kMalformed);  // 1, 8, 9 and 0 are not base32
  EXPECT_EQ(kind_of("ABCDEFGHIJK1"), Kind::kMalformed);
}

TEST(TypedCode, IgnoresBlanksTabsAndDashesAnywhere) {
  for (const auto typed :
       {"492 039", " 492039", "492039 ", "4-9-2-0-3-9", "\t492\t039", "  4 9 2 0 3 9  ", "--492039"}) {
    const auto code = read_typed_code(typed);
    EXPECT_EQ(code.kind, Kind::kToken) << typed;
    EXPECT_EQ(code.canonical.text(), "492039") << typed;
  }
}

TEST(TypedCode, ReadsPaperCodesInEitherCase) {
  EXPECT_EQ(read_typed_code("abcd-efgh-ijkl").canonical.text(), "ABCDEFGHIJKL");
}

TEST(TypedCode, FindsNoCodeInAnythingElse) {
  const std::string forty(40, '1');
  const std::string_view others[] = {
      "",  " ",       "-",      "abcdef",       "49203a",         "492039\n", "492039\r", "492.039", "+492039",
      "-", "492039;", "٤٩٢٠٣٩", "４９２０３９", "ABCD_EFGH_IJKL", forty,      "0x492039", "492039 x"};
  for (const auto typed : others) {
    const auto code = read_typed_code(typed);
    EXPECT_EQ(code.kind, Kind::kMalformed) << typed;
    EXPECT_TRUE(code.canonical.empty()) << typed;
  }
}

TEST(TypedCode, RefusesNulBytesWhereverTheyStand) {
  for (const auto typed : {"\0"sv, "492039\0"sv,
                           "492\0"
                           "039"sv,
                           "\0"
                           "492039"sv,
                           "492039\0rest"sv}) {
    EXPECT_EQ(kind_of(typed), Kind::kMalformed);
  }
}

TEST(TypedCode, RefusesMoreThan256BytesEvenIfTheyAreMostlyBlank) {
  EXPECT_EQ(kind_of("492039" + std::string(250, ' ')), Kind::kToken);
  EXPECT_EQ(kind_of("492039" + std::string(251, ' ')), Kind::kMalformed);
  EXPECT_EQ(kind_of(std::string(10000, '1')), Kind::kMalformed);
  EXPECT_EQ(kind_of(std::string(10000, ' ')), Kind::kMalformed);
}

}  // namespace
}  // namespace twinlock
