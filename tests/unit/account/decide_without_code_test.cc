#include "account/decide.h"

#include "account/lease.h"
#include "unit/account/desk.h"

namespace twinlock {
namespace {

using namespace test;

constexpr Action kAllActions[] = {Action::kRequire, Action::kExempt, Action::kDeny, Action::kObserve};

/// nullopt where a code is needed.
std::optional<Verdict> settle(const Desk& desk, Action action) {
  return decide_without_code(&*desk.record, action, desk.context(), desk.policy);
}
std::optional<Verdict> settle_without_record(const Desk& desk, Action action) {
  return decide_without_code(nullptr, action, desk.context(), desk.policy);
}

/// At samba, with a lease that an earlier login at sshd earned.
Desk desk_with_lease() {
  Desk desk;
  grant_lease(*desk.record, *terms_of(service_of("sshd"), desk.policy), desk.client, kNow - Seconds(100));
  desk.service = service_of("samba");
  return desk;
}

TEST(DecideWithoutCode, AsksForACodeByDefault) {
  EXPECT_EQ(settle(Desk(), Action::kRequire), std::nullopt);
  EXPECT_EQ(settle_without_record(Desk(), Action::kRequire), std::nullopt);
}

TEST(DecideWithoutCode, ExemptsWhomARuleExempts) {
  EXPECT_EQ(settle(Desk(), Action::kExempt), Verdict::kExempt);
  EXPECT_EQ(settle_without_record(Desk(), Action::kExempt), Verdict::kExempt);
}

TEST(DecideWithoutCode, DeniesWhomARuleDeniesEvenUnderALease) {
  EXPECT_EQ(settle(desk_with_lease(), Action::kDeny), Verdict::kDisabled);
  EXPECT_EQ(settle_without_record(Desk(), Action::kDeny), Verdict::kDisabled);
}

TEST(DecideWithoutCode, LetsPassUnderALease) {
  EXPECT_EQ(settle(desk_with_lease(), Action::kRequire), Verdict::kLeased);
  EXPECT_EQ(settle(desk_with_lease(), Action::kObserve), Verdict::kLeased);
}

TEST(DecideWithoutCode, ObservesOnlyWhoHasNoConfirmedToken) {
  Desk desk;
  EXPECT_EQ(settle(desk, Action::kObserve), std::nullopt);
  for (const auto state : {Token::State::kFree, Token::State::kPending}) {
    desk.record->tokens[0].state = state;
    EXPECT_EQ(settle(desk, Action::kObserve), Verdict::kObserved);
  }
  EXPECT_EQ(settle_without_record(desk, Action::kObserve), Verdict::kObserved);
}

// Else a hundred wrong codes would turn the second factor off.
TEST(DecideWithoutCode, HoldsTheOwnerOfALockedTokenToIt) {
  Desk desk;
  desk.record->tokens[0].state = Token::State::kDisabled;
  desk.record->tokens[0].locked = true;
  EXPECT_EQ(settle(desk, Action::kObserve), std::nullopt);
}

TEST(DecideWithoutCode, KeepsADisabledAccountOutWhateverRulesAndLeasesSay) {
  Desk desk = desk_with_lease();
  desk.record->disabled = true;
  for (const auto action : kAllActions) EXPECT_EQ(settle(desk, action), Verdict::kDisabled);
  desk.record->tokens = {};
  for (const auto action : kAllActions) EXPECT_EQ(settle(desk, action), Verdict::kDisabled);
}

TEST(DecideWithoutCode, NeverLetsInWhomTheNameServiceDoesNotKnow) {
  Desk desk = desk_with_lease();
  desk.uid = std::nullopt;
  for (const auto action : kAllActions) {
    const auto with_record = settle(desk, action);
    EXPECT_FALSE(with_record && lets_in(*with_record));
    const auto without_record = settle_without_record(desk, action);
    EXPECT_FALSE(without_record && lets_in(*without_record));
  }
}

TEST(DecideWithoutCode, HonoursNoLeaseOfAnotherAccountOfTheSameName) {
  Desk desk = desk_with_lease();
  desk.uid = kAliceUid + 1;
  EXPECT_EQ(settle(desk, Action::kRequire), std::nullopt);
  EXPECT_EQ(settle(desk, Action::kObserve), Verdict::kObserved);  // the new owner has no token yet
  desk.policy.uid_binding = UidBinding::kRelaxed;
  EXPECT_EQ(settle(desk, Action::kRequire), Verdict::kLeased);
}

TEST(Decide, RefusesADisabledAccountWithAnyCode) {
  Desk desk{.record =
                RecordBuilder().totp().bypass("271828182", kNow, kNow + days(1)).recovery_code("ABCDEFGHIJKL").build()};
  desk.record->disabled = true;
  for (const auto code : {"081804", "271828182", "ABCD-EFGH-IJKL", "ABCDE-FGHIJ", "", "000001"}) {
    EXPECT_EQ(desk.type_in_vain(code), Verdict::kDisabled) << code;
  }
}

TEST(Decide, AnswersAStrangerAsOneWithoutARecord) {
  const auto record =
      RecordBuilder().totp().bypass("271828182", kNow, kNow + days(1)).recovery_code("ABCDEFGHIJKL").build();
  for (const auto& uid : {std::optional<std::uint32_t>(), std::optional(kAliceUid + 1)}) {
    Desk desk{.record = record};
    desk.uid = uid;
    for (const auto code : {"081804", "271828182", "ABCD-EFGH-IJKL", "ABCDE-FGHIJ", "", "000001", "0818040"}) {
      EXPECT_EQ(desk.type_in_vain(code), Verdict::kNotEnrolled) << code;
    }
  }
}

TEST(Decide, AcceptsAForeignUidWhereTheBindingIsRelaxed) {
  Desk desk;
  desk.uid = kAliceUid + 1;
  desk.policy.uid_binding = UidBinding::kRelaxed;
  EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);
  EXPECT_EQ(desk.record->uid, kAliceUid);
}

TEST(Decide, LetsNobodyInWhomTheNameServiceDoesNotKnowEvenIfTheBindingIsRelaxed) {
  Desk desk;
  desk.uid = std::nullopt;
  desk.policy.uid_binding = UidBinding::kRelaxed;
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kNotEnrolled);
}

TEST(Decide, JudgesTheCodeOfAnAccountThatIsYetToComeOnlyWhereAsked) {
  Desk desk{.record = RecordBuilder(std::nullopt).totp().build()};
  desk.uid = std::nullopt;
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kNotEnrolled);
  desk.unknown_user = UnknownUser::kJudged;
  EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);
  EXPECT_FALSE(desk.record->uid_bound);
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kReplayed);
  for (const auto action : kAllActions) {
    const auto settled = settle(desk, action);
    EXPECT_FALSE(settled && lets_in(*settled));
  }
}

TEST(Decide, BindsTheUidAtTheFirstLogin) {
  Desk desk{.record = RecordBuilder(std::nullopt).totp().build()};
  EXPECT_EQ(desk.type(kWrongCode), Verdict::kWrongCode);
  EXPECT_FALSE(desk.record->uid_bound);
  EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);
  EXPECT_TRUE(desk.record->uid_bound);
  EXPECT_EQ(desk.record->uid, kAliceUid);
  desk.uid = kAliceUid + 1;
  EXPECT_EQ(desk.type_in_vain(totp_at(kStep + 1)), Verdict::kNotEnrolled);
}

TEST(Decide, LeavesTheGivenRecordAsItIs) {
  const Desk desk;
  const SecretRecord before = desk.record;
  const auto decision = decide(desk.record, read_typed_code("081804"), desk.context(), desk.policy);
  ASSERT_TRUE(decision);
  EXPECT_TRUE(*before == *desk.record);
}

TEST(Decide, ReportsAnUnusableTokenAsAnErrorAndNotAsAVerdict) {
  Desk desk;
  desk.record->tokens[0].secret_length = 0;
  EXPECT_FALSE(decide(desk.record, read_typed_code("081804"), desk.context(), desk.policy));
}

TEST(DecideForNobody, SaysNotEnrolledToEveryCodeAndHasNothingToSave) {
  const Desk desk;
  for (const auto code : {"081804", "7081804", "07081804", "271828182", "ABCD-EFGH-IJKL", "ABCDE-FGHIJ", "", "x"}) {
    const auto decision = decide_for_nobody(read_typed_code(code), desk.context(), desk.policy);
    ASSERT_TRUE(decision);
    EXPECT_EQ(decision->verdict, Verdict::kNotEnrolled) << code;
    EXPECT_FALSE(decision->must_save);
    EXPECT_EQ(decision->token, 0U);
    EXPECT_EQ(decision->retry_at, std::nullopt);
  }
}

// Its stand-in token has a secret that everybody can read here: 20 zero bytes.
TEST(DecideForNobody, RefusesTheCodeOfItsStandInToken) {
  // oathtool --totp -d 6 -N @1111111109 0000000000000000000000000000000000000000
  const Desk desk;
  const auto decision = decide_for_nobody(read_typed_code("743009"), desk.context(), desk.policy);
  ASSERT_TRUE(decision);
  EXPECT_EQ(decision->verdict, Verdict::kNotEnrolled);
  EXPECT_EQ(decision->token, 0U);
  EXPECT_FALSE(decision->must_save);
}

}  // namespace
}  // namespace twinlock
