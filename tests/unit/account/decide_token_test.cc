// Token codes: accepted once, replayed on every path, repeated, and of every shape.
#include "unit/account/desk.h"

namespace twinlock {
namespace {

using namespace test;
using namespace std::string_view_literals;

TEST(DecideTokenCode, AcceptsTheRightCodeAndUsesItUp) {
  Desk desk;
  EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);
  EXPECT_EQ(desk.token, 1U);
  EXPECT_EQ(desk.kind, TypedCode::Kind::kToken);
  EXPECT_EQ(desk.record->tokens[0].next, kStep + 1);
  EXPECT_EQ(desk.record->tokens[0].last_used, kNow);
  EXPECT_EQ(desk.record->last_used, kNow);
  EXPECT_NE(find_known(*desk.record, desk.client, kNow), nullptr);
}

TEST(DecideTokenCode, AcceptsItHoweverItIsGrouped) {
  for (const auto typed : {"081 804", " 081804 ", "081-804", "0 8 1 8 0 4", "\t081804"}) {
    Desk desk;
    EXPECT_EQ(desk.type(typed), Verdict::kAccepted) << typed;
  }
}

TEST(DecideTokenCode, RefusesTheSameCodeASecondTimeFromAnywhere) {
  Desk desk;
  ASSERT_EQ(desk.type("081804"), Verdict::kAccepted);
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kReplayed);
  EXPECT_EQ(desk.type_in_vain("081 804"), Verdict::kReplayed);
  desk.client = client_of("198.51.100.9");
  desk.service = service_of("samba");
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kReplayed);
}

TEST(DecideTokenCode, RefusesEveryEarlierStepThanTheLastAcceptedOne) {
  Desk desk;
  ASSERT_EQ(desk.type(totp_at(kStep + 1)), Verdict::kAccepted);
  EXPECT_EQ(desk.type_in_vain(totp_at(kStep)), Verdict::kReplayed);
  desk.policy.window = 5;
  for (std::uint64_t back = 1; back <= 3; ++back) {
    EXPECT_EQ(desk.type_in_vain(totp_at(kStep - back)), Verdict::kReplayed) << back;
  }
}

TEST(DecideTokenCode, RefusesAReplayAfterTheClockWasSetBack) {
  Desk desk;
  ASSERT_EQ(desk.type(totp_at(kStep)), Verdict::kAccepted);
  desk.now = start_of(kStep - 20);
  EXPECT_EQ(desk.type_in_vain(totp_at(kStep - 20)), Verdict::kReplayed);  // shown before, perhaps to somebody else
  desk.now = start_of(kStep + 1);
  EXPECT_EQ(desk.type(totp_at(kStep + 1)), Verdict::kAccepted);
}

TEST(DecideTokenCode, RefusesAnOldAcceptedCodeWeeksLaterWithoutCharge) {
  Desk desk;
  ASSERT_EQ(desk.type("081804"), Verdict::kAccepted);
  for (int day = 1; day <= 40; ++day) {
    desk.now = kNow + days(day);
    ASSERT_EQ(desk.type_in_vain("081804"), Verdict::kReplayed) << day;
  }
}

TEST(DecideTokenCode, ForgetsAnAcceptedCodeOnlyAfterThirtyTwoLaterOnes) {
  Desk desk;
  for (std::uint64_t login = 0; login < 33; ++login) {
    desk.now = start_of(kStep + login);
    ASSERT_EQ(desk.type(totp_at(kStep + login)), Verdict::kAccepted) << login;
  }
  desk.now = desk.now + days(1);
  EXPECT_EQ(desk.type_in_vain(totp_at(kStep + 1)), Verdict::kReplayed);
  EXPECT_EQ(desk.type(totp_at(kStep)), Verdict::kWrongCode);
}

// Whoever saw a code on the wire may re-send it for ever, for replays are free: it must not come true by chance.
TEST(DecideTokenCode, RefusesAnAcceptedCodeThatComesUpAgain) {
  Desk desk;
  desk.now = kRecurringFirst;
  ASSERT_EQ(desk.type(kRecurringCode), Verdict::kAccepted);
  desk.now = kRecurringAgain;
  EXPECT_EQ(desk.type_in_vain(kRecurringCode), Verdict::kReplayed);
}

TEST(DecideTokenCode, AcceptsACodeThatTwoStepsShareOnce) {
  Desk desk;
  desk.now = kTwinFirst;
  ASSERT_EQ(desk.type(kTwinCode), Verdict::kAccepted);
  EXPECT_EQ(desk.type_in_vain(kTwinCode), Verdict::kReplayed);
  desk.now = kTwinFirst + Seconds(30);
  EXPECT_EQ(desk.type_in_vain(kTwinCode), Verdict::kReplayed);
}

TEST(DecideTokenCode, RefusesACodeThatTwoTokensShareTheSecondTime) {
  Desk desk{.record = RecordBuilder().totp().totp().build()};
  ASSERT_EQ(desk.type("081804"), Verdict::kAccepted);
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kReplayed);
}

TEST(DecideTokenCode, RefusesUsedHotpCounters) {
  Desk desk{.record = RecordBuilder().hotp().build()};
  ASSERT_EQ(desk.type(kHotpCodes[4]), Verdict::kAccepted);
  EXPECT_EQ(desk.type_in_vain(kHotpCodes[4]), Verdict::kReplayed);
  EXPECT_EQ(desk.type_in_vain(kHotpCodes[3]), Verdict::kReplayed);  // skipped, and so used up
  EXPECT_EQ(desk.type(kHotpCodes[15]), Verdict::kAccepted);
  EXPECT_EQ(desk.type(kHotpCodes[27]), Verdict::kWrongCode);
  EXPECT_EQ(desk.type(kHotpCodes[26]), Verdict::kAccepted);
}

TEST(DecideTokenCode, AcceptsNothingFromAHotpTokenThatNeedsAResync) {
  Desk desk{.record = RecordBuilder().hotp().build()};
  desk.record->tokens[0].needs_resync = true;
  for (const auto code : kHotpCodes) EXPECT_EQ(desk.type_in_vain(code), Verdict::kWrongCode);
}

TEST(DecideTokenCode, FollowsADeviceThatLosesAStepAtEachLogin) {
  Desk desk;
  for (std::uint64_t login = 1; login <= 10; ++login) {
    desk.now = start_of(kStep + 4 * login);
    ASSERT_EQ(desk.type(totp_at(kStep + 3 * login)), Verdict::kAccepted) << login;
  }
  EXPECT_EQ(desk.record->tokens[0].drift, -10);
  desk.now = start_of(kStep + 44);
  EXPECT_EQ(desk.type(totp_at(kStep + 33)), Verdict::kAccepted);  // 11 behind: within the window around −10
  EXPECT_EQ(desk.record->tokens[0].drift, -10);
  desk.now = start_of(kStep + 48);
  EXPECT_EQ(desk.type(totp_at(kStep + 36)), Verdict::kWrongCode);  // 12 behind
}

TEST(DecideTokenCode, AcceptsTheCodeOfAnyOfTwoTokensWithEquallyManyDigits) {
  // oathtool --totp=sha256 -d 6 -N @1111111109 3132…3132 (32 bytes): the last digits of RFC 6238's 68084774
  Desk desk{.record = RecordBuilder().totp().token({.algorithm = HashAlgorithm::kSha256}, kSeed32, "watch").build()};
  EXPECT_EQ(desk.type("084774"), Verdict::kAccepted);
  EXPECT_EQ(desk.token, 2U);
  EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);
  EXPECT_EQ(desk.token, 1U);
  EXPECT_EQ(desk.type_in_vain("084774"), Verdict::kReplayed);
}

TEST(DecideTokenCode, ChargesTheChancesOfBothTokensForOneGuess) {
  Desk desk{.record = RecordBuilder().totp().token({.algorithm = HashAlgorithm::kSha256}, kSeed32, "watch").build()};
  EXPECT_EQ(desk.type(kWrongCode), Verdict::kWrongCode);
  EXPECT_EQ(desk.unknown_spent(), 6000U);
  EXPECT_EQ(desk.record->tokens[0].failures, 1U);
  EXPECT_EQ(desk.record->tokens[1].failures, 1U);
}

TEST(DecideTokenCode, ChargesOnlyForStepsThatAreNotUsedUp) {
  Desk desk;
  ASSERT_EQ(desk.type(totp_at(kStep)), Verdict::kAccepted);
  EXPECT_EQ(desk.type_from("198.51.100.9", kWrongCode), Verdict::kWrongCode);
  EXPECT_EQ(desk.unknown_spent(), 1000U);
}

TEST(DecideTokenCode, DoesNotChargeWhereNoCodeCouldBeRight) {
  Desk desk;
  desk.record->tokens[0].next = kStep + 2;
  EXPECT_EQ(desk.type_in_vain(kWrongCode), Verdict::kWrongCode);
}

TEST(DecideTokenCode, CountsTheSameWrongCodeFromTheSameAddressOnceInItsWindow) {
  Desk desk;
  EXPECT_EQ(desk.type("000123"), Verdict::kWrongCode);
  EXPECT_EQ(desk.unknown_spent(), 3000U);
  desk.now = kNow + Seconds(89);
  EXPECT_EQ(desk.type_in_vain("000 123"), Verdict::kWrongCode);
  EXPECT_EQ(desk.type_from("198.51.100.9", "000123"), Verdict::kWrongCode);  // another address counts by itself
  EXPECT_EQ(desk.unknown_spent(), 6000U - 1U);  // less what 89 s refill: 1.5 chances a day are 1.5 thousandths
  desk.now = kNow + Seconds(90);
  EXPECT_EQ(desk.type_from("192.0.2.7", "000123"), Verdict::kWrongCode);
  EXPECT_EQ(desk.record->tokens[0].failures, 3U);
}

TEST(DecideTokenCode, CountsTheSameWrongCodeAgainWhenTheClockWasSetBack) {
  Desk desk;
  desk.now = kNow + days(1);
  EXPECT_EQ(desk.type("000123"), Verdict::kWrongCode);
  desk.now = kNow;
  EXPECT_EQ(desk.type("000123"), Verdict::kWrongCode);
  EXPECT_EQ(desk.record->tokens[0].failures, 2U);
}

// A code that is re-sent must not gain a new step for free each time the window moves on.
TEST(DecideTokenCode, DoesNotLookAtARepeatedWrongCodeEvenIfItHasBecomeRight) {
  Desk desk;
  EXPECT_EQ(desk.type(totp_at(kStep + 2)), Verdict::kWrongCode);
  desk.now = start_of(kStep + 2);
  EXPECT_EQ(desk.type_in_vain(totp_at(kStep + 2)), Verdict::kWrongCode);
}

TEST(DecideTokenCode, RefusesOtherNumbersOfDigitsWithoutCounting) {
  Desk desk;
  for (const auto typed : {"7081804", "07081804", "1234567", "00000000"}) {
    EXPECT_EQ(desk.type_in_vain(typed), Verdict::kWrongCode) << typed;
  }
}

TEST(DecideTokenCode, RefusesWhatHasNoShapeWithoutCounting) {
  Desk desk;
  const std::string forty(40, '1');
  const std::string long_one(10000, '0');
  const std::string_view typed[] = {"",
                                    " ",
                                    "08180",
                                    forty,
                                    long_one,
                                    "abcdef",
                                    "081804\0"sv,
                                    "\0"
                                    "081804"sv,
                                    "081\0804"sv,
                                    "081804\n",
                                    "ABCDEFGHIJ"};
  for (const auto code : typed) EXPECT_EQ(desk.type_in_vain(code), Verdict::kWrongCode) << code.substr(0, 50);
}

TEST(DecideTokenCode, NotesARefusalForTheOwner) {
  Desk desk;
  ASSERT_EQ(desk.type(kWrongCode), Verdict::kWrongCode);
  const Event expected{Event::Kind::kRefused, Verdict::kWrongCode, kNow, client_of("192.0.2.7"), service_of("sshd")};
  EXPECT_EQ(desk.record->events[0], expected);
}

TEST(DecideTokenCode, SaysNotEnrolledWithoutAnActiveToken) {
  for (const auto state : {Token::State::kFree, Token::State::kPending, Token::State::kDisabled}) {
    Desk desk;
    desk.record->tokens[0].state = state;
    EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kNotEnrolled);
  }
}

TEST(DecideTokenCode, SaysLockedWhereFailuresDisabledTheTokenOfThatLength) {
  Desk desk{.record = RecordBuilder().totp().token({.digits = Digits::kEight}, kSeed20).build()};
  desk.record->tokens[0].state = Token::State::kDisabled;
  desk.record->tokens[0].locked = true;
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kLocked);
  EXPECT_EQ(desk.type("07081804"), Verdict::kAccepted);
}

}  // namespace
}  // namespace twinlock
