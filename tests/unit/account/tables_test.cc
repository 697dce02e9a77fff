// Full tables: who goes, and who stays whatever happens.
#include "account/tables.h"

#include "account/lease.h"
#include "unit/account/desk.h"

namespace twinlock {
namespace {

using namespace test;

TEST(KnownAddresses, AreKnownForNinetyDays) {
  auto record = RecordBuilder().known("192.0.2.7", kNow).build();
  const auto client = client_of("192.0.2.7");
  EXPECT_NE(find_known(*record, client, kNow + days(90)), nullptr);
  EXPECT_EQ(find_known(*record, client, kNow + days(90) + Seconds(1)), nullptr);
  EXPECT_EQ(find_known(*record, client_of("192.0.2.8"), kNow), nullptr);
}

TEST(KnownAddresses, KeepTheirBudgetWhileTheyAreKnownAndStartAnewAfterwards) {
  auto record = RecordBuilder().known("192.0.2.7", kNow).build();
  const auto client = client_of("192.0.2.7");
  find_known(*record, client, kNow)->budget = {50'000, kNow};
  remember_login(*record, client, kNow + days(90));
  EXPECT_EQ(find_known(*record, client, kNow + days(90))->budget.spent_milli, 50'000U);
  remember_login(*record, client, kNow + days(181));
  EXPECT_EQ(find_known(*record, client, kNow + days(181))->budget.spent_milli, 0U);
  EXPECT_EQ(std::ranges::count_if(record->known, &KnownAddress::used), 1);
}

TEST(KnownAddresses, LoseTheOneThatLoggedInLongestAgo) {
  RecordBuilder builder;
  for (unsigned n = 0; n < 16; ++n) builder.known(address_of(n), kNow + Seconds(n));
  builder.known(address_of(0), kNow + Seconds(100)).known(address_of(50), kNow + Seconds(200));
  const auto record = builder.build();
  EXPECT_NE(find_known(*record, client_of(address_of(0)), kNow), nullptr);
  EXPECT_EQ(find_known(*record, client_of(address_of(1)), kNow), nullptr);
  EXPECT_NE(find_known(*record, client_of(address_of(50)), kNow), nullptr);
}

TEST(KnownAddresses, OfTheFutureGoFirst) {
  RecordBuilder builder;
  for (unsigned n = 0; n < 16; ++n) builder.known(address_of(n), kNow + days(365));
  for (unsigned n = 100; n < 116; ++n) builder.known(address_of(n), kNow);
  const auto record = builder.build();
  for (unsigned n = 100; n < 116; ++n) EXPECT_NE(find_known(*record, client_of(address_of(n)), kNow), nullptr);
}

TEST(Failures, PushOutOnlyOtherFailures) {
  Desk desk{.record = RecordBuilder().totp().known("192.0.2.7", kNow).build()};
  desk.policy.throttle.unknown.size_milli = 4'000'000;
  desk.policy.throttle.disable_after = 1000;
  grant_lease(*desk.record, *terms_of(service_of("sshd"), desk.policy), client_of("192.0.2.7"), kNow);
  add_proof(*desk.record, {1, 2, 3}, service_of("sshd"), client_of("192.0.2.7"), kNow);
  ASSERT_EQ(desk.type("081804"), Verdict::kAccepted);
  const SecretRecord before = desk.record;
  for (unsigned n = 0; n < 200; ++n) {
    desk.now = kNow + Seconds(n);
    ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  }
  EXPECT_EQ(desk.record->known, before->known);
  EXPECT_EQ(desk.record->leases, before->leases);
  EXPECT_EQ(desk.record->proofs, before->proofs);
  EXPECT_EQ(desk.record->accepted, before->accepted);
  for (unsigned n = 184; n < 200; ++n) EXPECT_NE(row_of(desk.record->throttle, client_of(address_of(n))), nullptr) << n;
}

TEST(Failures, OfTheFutureGoFirst) {
  Desk desk;
  desk.policy.throttle.unknown.size_milli = 4'000'000;
  desk.now = kNow + days(365);
  for (unsigned n = 0; n < 16; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  desk.now = kNow;
  for (unsigned n = 50; n < 66; ++n) ASSERT_EQ(desk.type_from(address_of(n), wrong_code(n)), Verdict::kWrongCode);
  for (unsigned n = 50; n < 66; ++n) EXPECT_NE(row_of(desk.record->throttle, client_of(address_of(n))), nullptr) << n;
}

Event event_at(Event::Kind kind, UnixTime at) {
  return {kind, Verdict::kWrongCode, at, client_of("192.0.2.7"), service_of("sshd")};
}

TEST(Events, LoseTheOldestRefusalFirst) {
  auto record = alice();
  for (int n = 0; n < 17; ++n) add_event(*record, event_at(Event::Kind::kRefused, kNow + Seconds(n)));
  EXPECT_EQ(std::ranges::count(record->events, kNow, &Event::at), 0);
  EXPECT_EQ(std::ranges::count(record->events, kNow + Seconds(16), &Event::at), 1);
}

// Else sixteen wrong codes would hide from the owner that somebody has used one of his paper codes.
TEST(Events, KeepTheUseOfARecoveryCodeThroughManyRefusals) {
  auto record = alice();
  add_event(*record, event_at(Event::Kind::kRecoveryUsed, kNow));
  for (int n = 1; n < 100; ++n) add_event(*record, event_at(Event::Kind::kRefused, kNow + Seconds(n)));
  EXPECT_EQ(std::ranges::count(record->events, Event::Kind::kRecoveryUsed, &Event::kind), 1);
}

TEST(Events, TakeTheNewestEvenIfAllOthersMatterMore) {
  auto record = alice();
  for (int n = 0; n < 17; ++n) add_event(*record, event_at(Event::Kind::kRecoveryUsed, kNow + Seconds(n)));
  EXPECT_EQ(std::ranges::count(record->events, kNow, &Event::at), 0);
  add_event(*record, event_at(Event::Kind::kRefused, kNow + Seconds(50)));
  EXPECT_EQ(std::ranges::count(record->events, Event::Kind::kRefused, &Event::kind), 1);
}

TEST(AcceptedCodes, OfTheFutureAreForgottenFirst) {
  auto record = alice();
  for (std::uint8_t n = 0; n < 32; ++n) add_accepted_code(*record, {n}, kNow + days(365));
  for (std::uint8_t n = 100; n < 132; ++n) add_accepted_code(*record, {n}, kNow);
  for (std::uint8_t n = 100; n < 132; ++n) EXPECT_TRUE(was_accepted(*record, {n}));
}

TEST(AcceptedCodes, DoNotIncludeFreeRows) { EXPECT_FALSE(was_accepted(*alice(), CodeMark{})); }

TEST(FindToken, KnowsTokensByTheirId) {
  const auto record = RecordBuilder().totp().hotp().build();
  EXPECT_EQ(find_token(*record, 2), &record->tokens[1]);
  EXPECT_EQ(find_token(*record, 3), nullptr);
  EXPECT_EQ(find_token(*record, 0), nullptr);  // what free rows hold
}

}  // namespace
}  // namespace twinlock
