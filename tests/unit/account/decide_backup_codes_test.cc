// Telephone (bypass), paper (recovery) and letter (invitation) codes.
#include "unit/account/desk.h"

#include "account/recovery.h"

namespace twinlock {
namespace {

using namespace test;

constexpr std::string_view kPaperCode = "ABCDEFGHIJKL";

Desk desk_with_backup_codes() {
  return {.record = RecordBuilder()
                        .totp()
                        .bypass(kBypassCode, kNow - Seconds(60), kNow + Seconds(840))
                        .recovery_code(kPaperCode)
                        .recovery_code("MNOPQRSTUVWX")
                        .build()};
}

TEST(Bypass, IsAcceptedOnce) {
  Desk desk = desk_with_backup_codes();
  EXPECT_EQ(desk.type("271 828 182"), Verdict::kAccepted);
  EXPECT_EQ(desk.kind, TypedCode::Kind::kBypass);
  EXPECT_FALSE(desk.record->bypass.present);
  EXPECT_EQ(desk.record->events[0].kind, Event::Kind::kBypassUsed);
  EXPECT_EQ(desk.type_in_vain(kBypassCode), Verdict::kReplayed);
}

TEST(Bypass, DiesAfterFiveMisses) {
  Desk desk = desk_with_backup_codes();
  for (const auto miss : {"100000001", "100000002", "100000003", "100000004", "100000004"}) {
    EXPECT_TRUE(desk.record->bypass.present);
    EXPECT_EQ(desk.type(miss), Verdict::kWrongCode);
  }
  EXPECT_FALSE(desk.record->bypass.present);
  EXPECT_EQ(desk.type_in_vain(kBypassCode), Verdict::kWrongCode);
}

TEST(Bypass, LivesOnAfterFourMisses) {
  Desk desk = desk_with_backup_codes();
  for (int miss = 0; miss < 4; ++miss) EXPECT_EQ(desk.type("100000001"), Verdict::kWrongCode);
  EXPECT_EQ(desk.type(kBypassCode), Verdict::kAccepted);
}

TEST(Bypass, ExpiresOnTheSecondAndIsGoneThen) {
  Desk desk = desk_with_backup_codes();
  desk.now = kNow + Seconds(839);
  EXPECT_EQ(Desk(desk).type(kBypassCode), Verdict::kAccepted);
  desk.now = kNow + Seconds(840);
  EXPECT_EQ(desk.type(kBypassCode), Verdict::kExpired);
  EXPECT_EQ(desk.type_in_vain(kBypassCode), Verdict::kWrongCode);
}

TEST(Bypass, IsVoidBeforeItWasIssued) {
  Desk desk = desk_with_backup_codes();
  desk.now = kNow - Seconds(61);
  EXPECT_EQ(desk.type(kBypassCode), Verdict::kExpired);
}

TEST(Bypass, ThatWasNeverIssuedIsWrongAndLeavesNoTrace) {
  Desk desk;
  EXPECT_EQ(desk.type_in_vain("000000000"), Verdict::kWrongCode);
  EXPECT_EQ(desk.type_in_vain(kBypassCode), Verdict::kWrongCode);
}

TEST(Bypass, MissesCountAgainstNothingElse) {
  Desk desk = desk_with_backup_codes();
  EXPECT_EQ(desk.type("100000001"), Verdict::kWrongCode);
  EXPECT_EQ(desk.unknown_spent(), 0U);
  EXPECT_EQ(desk.record->throttle, decltype(Record::throttle){});
  EXPECT_EQ(desk.record->tokens[0].failures, 0U);
}

TEST(RecoveryCode, IsAcceptedOnce) {
  Desk desk = desk_with_backup_codes();
  EXPECT_EQ(desk.type("abcd-efgh-ijkl"), Verdict::kAccepted);
  EXPECT_EQ(desk.kind, TypedCode::Kind::kRecovery);
  EXPECT_EQ(desk.record->recovery[0].state, RecoveryCode::State::kUsed);
  EXPECT_EQ(desk.record->recovery[0].used_at, kNow);
  EXPECT_EQ(desk.record->events[0].kind, Event::Kind::kRecoveryUsed);
  EXPECT_EQ(desk.type_in_vain(kPaperCode), Verdict::kReplayed);
  EXPECT_EQ(desk.type("MNOPQRSTUVWX"), Verdict::kAccepted);
}

TEST(RecoveryCode, ThatIsVoidIsRefused) {
  Desk desk = desk_with_backup_codes();
  desk.record->recovery[0].state = RecoveryCode::State::kVoid;
  EXPECT_EQ(desk.type_in_vain(kPaperCode), Verdict::kReplayed);
}

TEST(RecoveryCode, ThatIsWrongLeavesNoTrace) {
  Desk desk = desk_with_backup_codes();
  EXPECT_EQ(desk.type_in_vain("AAAAAAAAAAAA"), Verdict::kWrongCode);
}

TEST(RecoveryCode, IsNotFoundInAFreeRow) {
  Desk desk = desk_with_backup_codes();
  desk.record->recovery[0].state = RecoveryCode::State::kFree;
  EXPECT_EQ(desk.type_in_vain(kPaperCode), Verdict::kWrongCode);
}

TEST(BackupCodes, WorkWithAnEmptyBudgetAndDuringAWait) {
  for (const auto code : {kBypassCode, kPaperCode}) {
    Desk desk = desk_with_backup_codes();
    for (unsigned n = 0; n < 20; ++n) {
      desk.record->throttle = {};
      ASSERT_EQ(desk.type(wrong_code(n)), Verdict::kWrongCode);
    }
    ASSERT_EQ(desk.type("081804"), Verdict::kThrottled);
    EXPECT_EQ(desk.type(code), Verdict::kAccepted);
  }
  for (const auto code : {kBypassCode, kPaperCode}) {
    Desk desk = desk_with_backup_codes();
    for (unsigned n = 0; n < 5; ++n) ASSERT_EQ(desk.type(wrong_code(n)), Verdict::kWrongCode);
    ASSERT_EQ(desk.type("081804"), Verdict::kThrottled);
    EXPECT_EQ(desk.type(code), Verdict::kAccepted);
    EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);  // the success ended the wait here
  }
}

TEST(BackupCodes, LetInWhoseTokenIsLockedAndLeaveItLocked) {
  Desk desk = desk_with_backup_codes();
  desk.record->tokens[0].state = Token::State::kDisabled;
  desk.record->tokens[0].locked = true;
  EXPECT_EQ(desk.type(kPaperCode), Verdict::kAccepted);
  EXPECT_EQ(desk.type("081804"), Verdict::kLocked);
}

TEST(BackupCodes, MakeTheAddressKnownAndStartTheFailuresAnew) {
  Desk desk = desk_with_backup_codes();
  desk.record->tokens[0].failures = 99;
  EXPECT_EQ(desk.type(kBypassCode), Verdict::kAccepted);
  EXPECT_EQ(desk.record->tokens[0].failures, 0U);
  EXPECT_NE(find_known(*desk.record, desk.client, kNow), nullptr);
}

TEST(Invitation, OpensNoDoorByItself) {
  Desk desk;
  desk.record->invitation.present = true;
  desk.record->invitation.hash = expect_value(make_code_hash(desk.record->code_key, "ABCDEFGHIJ"));
  desk.record->invitation.until = kNow + days(14);
  EXPECT_EQ(desk.type_in_vain("ABCDE-FGHIJ"), Verdict::kWrongCode);
  desk.record->tokens[0].state = Token::State::kFree;
  EXPECT_EQ(desk.type_in_vain("ABCDE-FGHIJ"), Verdict::kNotEnrolled);
}

TEST(RenewRecoveryCodes, MakesWorkingCodesAndVoidsTheOldOnes) {
  Desk desk = desk_with_backup_codes();
  const auto codes = expect_value(renew_recovery_codes(*desk.record, 10));
  ASSERT_EQ(codes.size(), 10U);
  EXPECT_EQ(recovery_codes_left(*desk.record), 10U);
  EXPECT_EQ(desk.type_in_vain(kPaperCode), Verdict::kWrongCode);
  for (const auto& code : codes) {
    EXPECT_EQ(code.text().size(), 14U);
    EXPECT_EQ(code.text()[4], '-');
    EXPECT_EQ(code.text()[9], '-');
    EXPECT_EQ(desk.type(code.text()), Verdict::kAccepted);
  }
  EXPECT_EQ(recovery_codes_left(*desk.record), 0U);
}

TEST(RenewRecoveryCodes, MakesNoMoreThanTen) {
  Desk desk;
  EXPECT_EQ(expect_value(renew_recovery_codes(*desk.record, 11)).size(), 10U);
  EXPECT_EQ(expect_value(renew_recovery_codes(*desk.record, 0)).size(), 0U);
  EXPECT_EQ(recovery_codes_left(*desk.record), 0U);
}

TEST(CodeHash, FitsItsCodeAndKeyOnlyAndIsSaltedAnew) {
  const std::array<std::uint8_t, 32> key{1};
  const std::array<std::uint8_t, 32> other_key{2};
  const auto hash = expect_value(make_code_hash(key, "ABCDEFGHIJKL"));
  EXPECT_TRUE(expect_value(matches(hash, key, "ABCDEFGHIJKL")));
  EXPECT_FALSE(expect_value(matches(hash, key, "ABCDEFGHIJKM")));
  EXPECT_FALSE(expect_value(matches(hash, key, "")));
  EXPECT_FALSE(expect_value(matches(hash, other_key, "ABCDEFGHIJKL")));
  EXPECT_FALSE(hash == expect_value(make_code_hash(key, "ABCDEFGHIJKL")));
}

TEST(CodeMark, IsTheFirstHalfOfTheKeyedHash) {
  // { printf 'twinlock code mark 1'; printf 081804; } |
  //   openssl dgst -sha256 -mac HMAC -macopt hexkey:0100000000000000000000000000000000000000000000000000000000000000
  const std::array<std::uint8_t, 32> key{1};
  const CodeMark expected = {0xe5, 0x54, 0x40, 0x54, 0x3f, 0x82, 0xa8, 0xa0,
                             0x28, 0xdc, 0x33, 0x0a, 0xa1, 0x1e, 0x9f, 0x59};
  EXPECT_EQ(expect_value(mark_of(key, "081804")), expected);
  EXPECT_NE(expect_value(mark_of(key, "081805")), expected);
}

}  // namespace
}  // namespace twinlock
