// A record from a backup or an old disk: every code up to now counts as used. For a lost copy: enrolment_test.cc.
#include "account/distrust.h"

#include <gtest/gtest.h>

#include "account/tables.h"
#include "account/token_search.h"
#include "desk.h"
#include "support/record_builder.h"

namespace twinlock {
namespace {

using namespace test;

constexpr std::uint64_t kWindow = 1;

SecretRecord restored(const SecretRecord& record) { return distrusted(record, Doubt::kRestored, kNow, kWindow); }

SecretRecord backed_up() {
  auto record = RecordBuilder()
                    .totp()
                    .hotp()
                    .recovery_code("ABCDEFGHIJKL")
                    .bypass("271828182", kNow, kNow + days(1))
                    .known("192.0.2.7", kNow)
                    .build();
  record->invitation.present = true;
  record->invitation.pending = record->tokens[0];
  record->invitation.pending.state = Token::State::kPending;
  record->leases[0].until = kNow + days(1);
  record->proofs[0].made = kNow;
  return record;
}

// Whatever the device's clock offset has become since the backup was made, and whenever the code is tried again.
TEST(Restored, AcceptsNoTokenCodeThatCanHaveBeenAcceptedBefore) {
  for (int drift_then = -kMaxDrift; drift_then <= kMaxDrift; ++drift_then) {
    for (int drift_since = -kMaxDrift; drift_since <= kMaxDrift; ++drift_since) {
      auto backup = alice();
      backup->tokens[0].drift = static_cast<std::int8_t>(drift_then);
      const auto record = restored(backup);
      const auto last_accepted = kStep + static_cast<std::uint64_t>(drift_since + kMaxDrift) - kMaxDrift + kWindow;
      EXPECT_GT(record->tokens[0].next, last_accepted) << drift_then << " " << drift_since;
      EXPECT_EQ(record->tokens[0].drift, drift_then);
    }
  }
}

TEST(Restored, AcceptsTheCodeOfTheFirstStepBehindThat) {
  Desk desk{.record = restored(alice())};
  for (const auto step : {kStep - 1, kStep, kStep + 1}) EXPECT_EQ(desk.type_in_vain(totp_at(step)), Verdict::kReplayed);
  const std::uint64_t first = kStep + kMaxDrift + kWindow + 1;
  desk.now = kNow + Seconds(30 * static_cast<std::int64_t>(first - kStep));
  EXPECT_EQ(desk.type(totp_at(first)), Verdict::kAccepted);
}

TEST(Restored, AsksHotpTokensToResync) {
  Desk desk{.record = restored(backed_up())};
  EXPECT_TRUE(desk.record->tokens[1].needs_resync);
  EXPECT_EQ(desk.type_in_vain(kHotpCodes[0]), Verdict::kWrongCode);
}

TEST(Restored, VoidsRecoveryCodes) {
  Desk desk{.record = restored(backed_up())};
  EXPECT_EQ(desk.type_in_vain("ABCDEFGHIJKL"), Verdict::kReplayed);
}

TEST(Restored, EndsTelephoneCodes) {
  Desk desk{.record = backed_up()};
  EXPECT_EQ(Desk{.record = desk.record}.type("271828182"), Verdict::kAccepted);
  desk.record = restored(desk.record);
  EXPECT_EQ(desk.type_in_vain("271828182"), Verdict::kWrongCode);
}

TEST(Restored, EndsInvitationsWithTheirTokensLeasesAndProofs) {
  const auto record = restored(backed_up());
  EXPECT_EQ(record->invitation, Invitation{});
  EXPECT_EQ(record->leases, decltype(Record::leases){});
  EXPECT_EQ(record->proofs, decltype(Record::proofs){});
  EXPECT_EQ(record->events[0].kind, Event::Kind::kRestored);
}

TEST(Restored, DropsPendingTokens) {
  auto record = backed_up();
  record->tokens[0].state = Token::State::kPending;
  EXPECT_FALSE(restored(record)->tokens[0].used());
}

TEST(Restored, KeepsWhatSlowsGuessingDownAndWhatIsUsedUp) {
  auto before = backed_up();
  before->unknown_budget = {60'000, kNow};
  before->throttle[0].failures = 9;
  before->disabled = true;
  add_accepted_code(*before, CodeMark{1}, kNow);
  const auto record = restored(before);
  EXPECT_EQ(record->unknown_budget, before->unknown_budget);
  EXPECT_EQ(record->throttle, before->throttle);
  EXPECT_EQ(record->known, before->known);
  EXPECT_EQ(record->accepted, before->accepted);
  EXPECT_TRUE(record->disabled);
}

}  // namespace
}  // namespace twinlock
