#include "account/throttle.h"

#include "unit/account/desk.h"

namespace twinlock {
namespace {

using namespace test;

/// Guesses wrong as often as asked, from one address, each time at the first moment when codes are looked at.
void guess_patiently(Desk& desk, unsigned times) {
  for (unsigned n = 0; n < times; ++n) {
    const auto until = throttled_until(*desk.record, desk.client, desk.now, desk.policy.throttle);
    if (until) desk.now = *until;
    ASSERT_EQ(desk.type(wrong_code(n)), Verdict::kWrongCode) << n;
  }
}

/// So many chances that budgets play no part.
Desk desk_with_large_budgets() {
  Desk desk;
  desk.policy.throttle.unknown.size_milli = 4'000'000;
  desk.policy.throttle.known.size_milli = 4'000'000;
  desk.policy.throttle.disable_after = 1000;
  return desk;
}

TEST(Waits, BeginAfterFiveFailuresAndDoubleUpToAnHour) {
  Desk desk = desk_with_large_budgets();
  for (unsigned n = 0; n < 5; ++n) ASSERT_EQ(desk.type(wrong_code(n)), Verdict::kWrongCode);
  unsigned n = 5;
  for (const int wait : {30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600}) {
    ASSERT_EQ(desk.type(wrong_code(n)), Verdict::kThrottled);
    EXPECT_EQ(desk.retry_at, desk.now + Seconds(wait));
    desk.now = desk.now + Seconds(wait - 1);
    ASSERT_EQ(desk.type(wrong_code(n)), Verdict::kThrottled);
    desk.now = desk.now + Seconds(1);
    ASSERT_EQ(desk.type(wrong_code(n++)), Verdict::kWrongCode);
  }
}

TEST(Waits, AreNotProlongedByAttemptsDuringThem) {
  Desk desk = desk_with_large_budgets();
  guess_patiently(desk, 5);
  const UnixTime end = desk.now + Seconds(30);
  for (unsigned n = 0; n < 29; ++n) {
    desk.now = desk.now + Seconds(1);
    ASSERT_EQ(desk.type_in_vain(wrong_code(100 + n)), Verdict::kThrottled);
    EXPECT_EQ(desk.retry_at, end);
  }
  desk.now = end;
  EXPECT_EQ(desk.type(totp_at(kStep + 1)), Verdict::kAccepted);
}

TEST(Waits, RefuseTheRightCodeUnlookedAtAndLeaveItUsable) {
  Desk desk = desk_with_large_budgets();
  guess_patiently(desk, 5);
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kThrottled);
  desk.now = desk.now + Seconds(30);
  EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);
}

TEST(Waits, HoldForOneAddressOnly) {
  Desk desk = desk_with_large_budgets();
  guess_patiently(desk, 5);
  EXPECT_EQ(desk.type_from("192.0.2.8", "081804"), Verdict::kAccepted);
}

TEST(Waits, EndWithASuccessFromTheSameAddressOnly) {
  Desk desk = desk_with_large_budgets();
  for (const auto address : {"192.0.2.7", "198.51.100.9"}) {
    desk.client = client_of(address);
    guess_patiently(desk, 5);
  }
  desk.client = client_of("192.0.2.7");
  desk.now = desk.now + Seconds(30);
  guess_patiently(desk, 5);
  desk.now = *throttled_until(*desk.record, desk.client, desk.now, desk.policy.throttle);
  ASSERT_EQ(desk.type(phone_code(desk.now)), Verdict::kAccepted);
  EXPECT_EQ(row_of(desk.record->throttle, desk.client), nullptr);
  EXPECT_EQ(row_of(desk.record->throttle, client_of("198.51.100.9"))->failures, 5U);
  for (unsigned n = 0; n < 5; ++n) ASSERT_EQ(desk.type(wrong_code(200 + n)), Verdict::kWrongCode);
  EXPECT_EQ(desk.type(wrong_code(300)), Verdict::kThrottled);
}

TEST(Waits, GrowNoLongerWhenTheClockIsSetBackByAnHourAtMost) {
  Desk desk = desk_with_large_budgets();
  guess_patiently(desk, 5);
  Desk long_wait = desk;
  guess_patiently(long_wait, 15);
  for (const auto& [waiting, wait] : {std::pair(&desk, 30), std::pair(&long_wait, 3600)}) {
    waiting->now = waiting->now - Seconds(3600);
    EXPECT_EQ(waiting->type_in_vain(phone_code(waiting->now)), Verdict::kThrottled);
    EXPECT_EQ(waiting->retry_at, waiting->now + Seconds(wait));
  }
}

TEST(Waits, EndWhenTheClockHadBeenMoreThanAnHourAhead) {
  Desk desk = desk_with_large_budgets();
  desk.now = kNow + Seconds(3601);
  guess_patiently(desk, 5);
  desk.now = kNow + Seconds(1);
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kThrottled);
  desk.now = kNow;
  EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);
}

TEST(Waits, DoNotAriseFromAFreeFailureWhenTheClockWasSetBack) {
  Desk desk;
  desk.now = kNow + Seconds(3600);
  guess_patiently(desk, 4);
  desk.now = kNow;
  EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);
}

TEST(Waits, AreCutWhenTheConfigurationIsShortened) {
  Desk desk = desk_with_large_budgets();
  guess_patiently(desk, 15);
  desk.policy.throttle.max_delay = Seconds(60);
  EXPECT_EQ(desk.type("081804"), Verdict::kThrottled);
  EXPECT_LE(*desk.retry_at, desk.now + Seconds(60));
}

TEST(Waits, CountIpv6ClientsByTheirNetworkAndConsolesAsOne) {
  Desk desk = desk_with_large_budgets();
  desk.client = client_of("2001:db8:1:1::1");
  guess_patiently(desk, 5);
  EXPECT_EQ(desk.type_from("2001:db8:1:1:ffff::2", "081804"), Verdict::kThrottled);
  EXPECT_EQ(desk.type_from("2001:db8:1:2::1", "081804"), Verdict::kAccepted);
  desk.client = client_of("local");
  guess_patiently(desk, 5);
  EXPECT_EQ(desk.type_from("local", totp_at(kStep + 1)), Verdict::kThrottled);
}

TEST(Waits, StayAtTheLongestDelayHoweverManyFailuresThereWere) {
  Desk desk = desk_with_large_budgets();
  guess_patiently(desk, 5);
  row_of(desk.record->throttle, desk.client)->failures = 4'294'967'290U;
  desk.now = desk.now + Seconds(30);
  guess_patiently(desk, 20);
  EXPECT_EQ(row_of(desk.record->throttle, desk.client)->failures, 4'294'967'295U);
  EXPECT_EQ(desk.type(kWrongCode), Verdict::kThrottled);
  EXPECT_EQ(desk.retry_at, desk.now + Seconds(3600));
}

TEST(UnknownBudget, HoldsSixtyChancesForAllAddressesTogether) {
  Desk desk;
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode) << n;
  EXPECT_EQ(desk.unknown_spent(), 60'000U);
  EXPECT_EQ(desk.type_from("203.0.113.5", "081804"), Verdict::kThrottled);
}

TEST(UnknownBudget, RefillsByOneAndAHalfChancesADay) {
  Desk desk;
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  // A thousandth of a chance must come back: 86400 s / 1500 = 57.6 s, so 58 s.
  ASSERT_EQ(desk.type_from("203.0.113.5", wrong_code(50)), Verdict::kThrottled);
  EXPECT_EQ(desk.retry_at, kNow + Seconds(58));
  desk.now = kNow + Seconds(57);
  EXPECT_EQ(desk.type_from("203.0.113.5", wrong_code(50)), Verdict::kThrottled);
  desk.now = kNow + Seconds(58);
  EXPECT_EQ(desk.type_from("203.0.113.5", wrong_code(50)), Verdict::kWrongCode);
  // Three chances overdrawn but for what is left: two days of refill.
  EXPECT_EQ(desk.unknown_spent(), 62'999U);
  ASSERT_EQ(desk.type_from("203.0.113.6", wrong_code(51)), Verdict::kThrottled);
  EXPECT_EQ(desk.retry_at, desk.now + days(2));
}

TEST(UnknownBudget, IsFullAgainAfterFortyDaysAndNoFuller) {
  Desk desk;
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  desk.now = kNow + days(400);
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(99 + n), wrong_code(n)), Verdict::kWrongCode);
  EXPECT_EQ(desk.type_from("203.0.113.5", kWrongCode), Verdict::kThrottled);
}

TEST(UnknownBudget, IsNotRefilledByASuccess) {
  Desk desk{.record = RecordBuilder().totp().known("192.0.2.7", kNow - days(1)).build()};
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  ASSERT_EQ(desk.type_from("192.0.2.7", "081804"), Verdict::kAccepted);
  EXPECT_EQ(desk.unknown_spent(), 60'000U);
  EXPECT_EQ(desk.type_from("203.0.113.5", totp_at(kStep + 1)), Verdict::kThrottled);
}

TEST(UnknownBudget, DoesNotConcernKnownAddresses) {
  Desk desk{.record = RecordBuilder().totp().known("192.0.2.7", kNow - days(90)).build()};
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  EXPECT_EQ(desk.type_from("192.0.2.7", "081804"), Verdict::kAccepted);
}

TEST(UnknownBudget, IsThatOfAnAddressWithoutALoginForMoreThanNinetyDays) {
  Desk desk{.record = RecordBuilder().totp().known("192.0.2.7", kNow - days(90) - Seconds(1)).build()};
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  EXPECT_EQ(desk.type_from("192.0.2.7", "081804"), Verdict::kThrottled);
}

TEST(KnownBudget, HoldsOneHundredAndTwentyChancesAndRefillsByThreeADay) {
  Desk desk{.record = RecordBuilder().totp().known("192.0.2.7", kNow).build()};
  for (unsigned n = 0; n < 40; ++n) {
    desk.record->throttle = {};  // the waits are not what this test is about
    ASSERT_EQ(desk.type(wrong_code(n)), Verdict::kWrongCode) << n;
  }
  desk.record->throttle = {};
  EXPECT_EQ(desk.unknown_spent(), 0U);
  ASSERT_EQ(desk.type("081804"), Verdict::kThrottled);
  EXPECT_EQ(desk.retry_at, kNow + Seconds(29));  // 86400 s / 3000 = 28.8 s
  desk.now = kNow + Seconds(29);
  EXPECT_EQ(desk.type(wrong_code(50)), Verdict::kWrongCode);
  desk.record->throttle = {};
  EXPECT_EQ(desk.type(wrong_code(51)), Verdict::kThrottled);
  EXPECT_EQ(desk.retry_at, desk.now + days(1));
}

TEST(KnownBudget, IsOneForEachKnownAddressAndOutlivesASuccess) {
  Desk desk{.record = RecordBuilder().totp().known("192.0.2.7", kNow).known("192.0.2.8", kNow).build()};
  ASSERT_EQ(desk.type_from("192.0.2.7", kWrongCode), Verdict::kWrongCode);
  ASSERT_EQ(desk.type_from("192.0.2.7", "081804"), Verdict::kAccepted);
  EXPECT_EQ(find_known(*desk.record, client_of("192.0.2.7"), kNow)->budget.spent_milli, 3000U);
  EXPECT_EQ(find_known(*desk.record, client_of("192.0.2.8"), kNow)->budget.spent_milli, 0U);
}

TEST(Budgets, DoNotRefillFromAClockThatIsSetBackByAnHourAtMost) {
  Desk desk;
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  desk.now = kNow - Seconds(3600);
  EXPECT_EQ(desk.type_from("203.0.113.5", kWrongCode), Verdict::kThrottled);
  EXPECT_EQ(desk.retry_at, desk.now + Seconds(58));
}

TEST(Budgets, AreFullWhenTheClockHadBeenMoreThanAnHourAhead) {
  Desk desk;
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  desk.now = kNow - Seconds(3601);
  EXPECT_EQ(desk.type_from("203.0.113.5", wrong_code(50)), Verdict::kWrongCode);
  EXPECT_EQ(desk.unknown_spent(), 3'000U);
}

TEST(Budgets, WithoutARefillAskForAnAdministrator) {
  Desk desk;
  desk.policy.throttle.unknown = {3000, 0};
  ASSERT_EQ(desk.type(kWrongCode), Verdict::kWrongCode);
  EXPECT_EQ(desk.type_from("203.0.113.5", "081804"), Verdict::kThrottled);
  EXPECT_EQ(desk.retry_at, kNow + days(3650));
}

TEST(Lock, DisablesTheTokenAfterAHundredFailuresSinceASuccess) {
  Desk desk = desk_with_large_budgets();
  desk.policy.throttle.disable_after = 100;
  guess_patiently(desk, 100);
  EXPECT_EQ(desk.record->tokens[0].state, Token::State::kDisabled);
  EXPECT_TRUE(desk.record->tokens[0].locked);
  EXPECT_EQ(desk.type_from("198.51.100.9", kWrongCode), Verdict::kLocked);
  clear_throttle(*desk.record);
  desk.now = kNow;
  EXPECT_EQ(desk.type("081804"), Verdict::kAccepted);
}

TEST(Lock, StartsCountingAnewAfterASuccessFromAnyAddress) {
  Desk desk = desk_with_large_budgets();
  desk.record->tokens[0].failures = 99;
  ASSERT_EQ(desk.type_from("203.0.113.5", "081804"), Verdict::kAccepted);
  EXPECT_EQ(desk.record->tokens[0].failures, 0U);
  guess_patiently(desk, 99);
  EXPECT_EQ(desk.record->tokens[0].state, Token::State::kActive);
}

TEST(Lock, SparesTokensThatWereNotTried) {
  Desk desk = desk_with_large_budgets();
  desk.record = RecordBuilder().totp().token({.digits = Digits::kEight}, kSeed20).build();
  desk.policy.throttle.disable_after = 3;
  guess_patiently(desk, 3);
  EXPECT_EQ(desk.record->tokens[0].state, Token::State::kDisabled);
  EXPECT_EQ(desk.record->tokens[1].state, Token::State::kActive);
  EXPECT_EQ(desk.record->tokens[1].failures, 0U);
}

TEST(ClearThrottle, LeavesAloneWhatAnAdministratorDisabled) {
  Desk desk;
  desk.record->tokens[0].state = Token::State::kDisabled;
  desk.record->disabled = true;
  clear_throttle(*desk.record);
  EXPECT_EQ(desk.record->tokens[0].state, Token::State::kDisabled);
  EXPECT_TRUE(desk.record->disabled);
}

TEST(ClearThrottle, EmptiesWaitsAndFillsBudgets) {
  Desk desk{.record = RecordBuilder().totp().known("192.0.2.8", kNow).build()};
  for (unsigned n = 0; n < 20; ++n) ASSERT_EQ(desk.type_from(address_of(0), wrong_code(n)) != Verdict::kAccepted, true);
  ASSERT_EQ(desk.type_from("192.0.2.8", kWrongCode), Verdict::kWrongCode);
  clear_throttle(*desk.record);
  EXPECT_EQ(desk.record->throttle, decltype(Record::throttle){});
  EXPECT_EQ(desk.unknown_spent(), 0U);
  EXPECT_EQ(find_known(*desk.record, client_of("192.0.2.8"), kNow)->budget, Budget{});
  EXPECT_EQ(desk.record->tokens[0].failures, 0U);
}

}  // namespace
}  // namespace twinlock
