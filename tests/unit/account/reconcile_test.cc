#include "account/reconcile.h"

#include <gtest/gtest.h>

#include "account/tables.h"
#include "account/token_search.h"
#include "desk.h"
#include "support/record_builder.h"

namespace twinlock {
namespace {

using namespace test;

/// `live` was saved since, as usual.
Reconciled merge(SecretRecord live, const SecretRecord& backup) {
  live->saves = backup->saves + 1;
  return reconciled(live, backup, kNow, shipped_policy());
}

bool equal_but_for_saves(SecretRecord a, SecretRecord b) {
  a->saves = b->saves = 0;
  return *a == *b;
}

/// alice, who has logged in with the code of this step.
SecretRecord after_login(SecretRecord record, std::uint64_t step) {
  Desk desk{.record = std::move(record)};
  desk.now = start_of(step) + Seconds(5);
  EXPECT_EQ(desk.type(totp_at(step)), Verdict::kAccepted);
  return desk.record;
}

SecretRecord full_alice() { return RecordBuilder().totp().hotp().recovery_code("ABCDEFGHIJKL").build(); }

TEST(Reconciled, LeavesALiveRecordThatKnowsEverythingAsItIs) {
  const auto backup = after_login(full_alice(), kStep - 20);
  const auto live = after_login(backup, kStep - 4);
  const auto outcome = merge(live, backup);
  EXPECT_FALSE(outcome.was_rolled_back);
  EXPECT_TRUE(outcome.tokens_disabled.empty());
  EXPECT_TRUE(equal_but_for_saves(outcome.record, live));
}

TEST(Reconciled, AcceptsTheNextCodeOfALiveRecordWithoutDoubt) {
  const auto backup = full_alice();
  Desk desk{.record = merge(after_login(backup, kStep - 1), backup).record};
  EXPECT_EQ(desk.type(totp_at(kStep)), Verdict::kAccepted);
  EXPECT_EQ(desk.type("ABCDEFGHIJKL"), Verdict::kAccepted);
}

TEST(Reconciled, RefusesWhatTheBackupAloneKnowsToBeUsed) {
  const auto live = full_alice();
  const auto backup = after_login(live, kStep);
  const auto outcome = merge(live, backup);
  EXPECT_TRUE(outcome.was_rolled_back);
  Desk desk{.record = outcome.record};
  for (const auto step : {kStep - 1, kStep, kStep + 1}) EXPECT_EQ(desk.type_in_vain(totp_at(step)), Verdict::kReplayed);
  EXPECT_EQ(desk.type_in_vain("ABCDEFGHIJKL"), Verdict::kReplayed);  // may have been used after the backup
  EXPECT_TRUE(outcome.record->tokens[1].needs_resync);
}

TEST(Reconciled, SeesARollBackInEachThingThatOnlyGrows) {
  const auto live = full_alice();
  const auto is_seen = [&](auto change) {
    auto backup = live;
    change(*backup);
    return merge(live, backup).was_rolled_back;
  };
  EXPECT_FALSE(is_seen([](Record&) {}));
  EXPECT_TRUE(is_seen([](Record& record) { record.tokens[0].next = 1; }));
  EXPECT_TRUE(is_seen([](Record& record) { record.tokens[1].next = 1; }));
  EXPECT_TRUE(is_seen([](Record& record) { record.recovery[0].state = RecoveryCode::State::kUsed; }));
  EXPECT_TRUE(is_seen([](Record& record) { record.recovery[0].state = RecoveryCode::State::kVoid; }));
  EXPECT_TRUE(is_seen([](Record& record) { record.last_used = kNow; }));
  EXPECT_TRUE(is_seen([](Record& record) { add_accepted_code(record, CodeMark{1}, kNow); }));
  EXPECT_TRUE(is_seen([](Record& record) { ++record.next_token_id; }));
  EXPECT_TRUE(is_seen([](Record& record) { ++record.recovery_sets; }));
  EXPECT_FALSE(is_seen([](Record& record) { record.tokens[0].failures = 7; }));
}

TEST(Reconciled, SeesThatTheLiveRecordDoesNotGoBackToTheBackup) {
  const auto seen = [](std::uint64_t live_saves, std::uint64_t backup_saves, bool disabled) {
    auto live = full_alice();
    auto backup = live;
    live->saves = live_saves;
    backup->saves = backup_saves;
    live->disabled = disabled;
    return reconciled(live, backup, kNow, shipped_policy()).was_rolled_back;
  };
  EXPECT_FALSE(seen(7, 7, false));
  EXPECT_FALSE(seen(8, 7, true));
  EXPECT_TRUE(seen(7, 7, true));
  EXPECT_TRUE(seen(6, 7, false));
}

TEST(Reconciled, TakesAMarkThatAFullTableForgotForNoRollBack) {
  auto backup = full_alice();
  add_accepted_code(*backup, CodeMark{99}, kNow - days(9));
  auto live = backup;
  for (std::uint8_t n = 1; n <= 32; ++n) add_accepted_code(*live, CodeMark{n}, kNow - days(1));
  EXPECT_FALSE(was_accepted(*live, CodeMark{99}));
  const auto outcome = merge(live, backup);
  EXPECT_FALSE(outcome.was_rolled_back);
  EXPECT_EQ(outcome.record->accepted, live->accepted);
}

TEST(Reconciled, KeepsTheHighestOfBoth) {
  auto live = full_alice();
  auto backup = full_alice();
  live->tokens[0].next = 50;
  backup->tokens[1].next = 7;
  live->tokens[0].failures = 2;
  backup->tokens[0].failures = 9;
  const auto record = merge(live, backup).record;
  EXPECT_GE(record->tokens[0].next, 50U);
  EXPECT_EQ(record->tokens[1].next, 7U);
  EXPECT_EQ(record->tokens[0].failures, 9U);
}

TEST(Reconciled, ForgetsFailuresFromBeforeALaterSuccess) {
  auto backup = full_alice();
  backup->tokens[0].failures = 99;
  EXPECT_EQ(merge(after_login(full_alice(), kStep), backup).record->tokens[0].failures, 0U);
}

TEST(Reconciled, KeepsDisabledWhatEitherHasDisabled) {
  auto disabled = full_alice();
  disabled->disabled = true;
  EXPECT_TRUE(merge(full_alice(), disabled).record->disabled);
  EXPECT_TRUE(merge(disabled, full_alice()).record->disabled);
}

TEST(Reconciled, LetsUnlockUndoALockButNoAdministratorsAct) {
  auto locked = full_alice();
  locked->tokens[0].state = Token::State::kDisabled;
  locked->tokens[0].locked = true;
  auto by_hand = locked;
  by_hand->tokens[0].locked = false;
  const auto locked_after = [](const SecretRecord& live, const SecretRecord& backup) {
    const Token token = merge(live, backup).record->tokens[0];
    EXPECT_EQ(token.state, Token::State::kDisabled);
    return token.locked;
  };
  EXPECT_TRUE(locked_after(full_alice(), locked));
  EXPECT_TRUE(locked_after(locked, full_alice()));
  EXPECT_FALSE(locked_after(full_alice(), by_hand));
  EXPECT_FALSE(locked_after(locked, by_hand));
  EXPECT_FALSE(locked_after(by_hand, locked));
}

TEST(Reconciled, AsksForAResyncUnlessThereWasOneSince) {
  auto asking = full_alice();
  asking->tokens[1].needs_resync = true;
  EXPECT_TRUE(merge(full_alice(), asking).record->tokens[1].needs_resync);
  auto resynced = full_alice();
  resynced->tokens[1].next = 12;
  EXPECT_FALSE(merge(resynced, asking).record->tokens[1].needs_resync);
}

TEST(Reconciled, BringsTokensThatOnlyTheBackupHasBackDisabled) {
  const auto backup = full_alice();
  auto live = backup;
  live->tokens[0] = {};
  const auto outcome = merge(live, backup);
  EXPECT_EQ(outcome.tokens_disabled, std::vector<std::uint32_t>{1});
  const Token* token = find_token(*outcome.record, 1);
  ASSERT_NE(token, nullptr);
  EXPECT_EQ(token->state, Token::State::kDisabled);
  EXPECT_FALSE(token->locked);
  EXPECT_GT(token->next, kStep + 1);
  EXPECT_FALSE(outcome.was_rolled_back);
}

TEST(Reconciled, GivesATokenANewNumberWhereAnotherHasItsOwn) {
  const auto backup = full_alice();
  auto live = full_alice();
  live->tokens[0].secret[0] ^= 1U;  // another token under the number 1
  const auto outcome = merge(live, backup);
  EXPECT_EQ(outcome.tokens_disabled, std::vector<std::uint32_t>{3});
  EXPECT_EQ(outcome.record->next_token_id, 4U);
  EXPECT_EQ(find_token(*outcome.record, 1)->state, Token::State::kActive);
}

TEST(Reconciled, LeavesOutTokensForWhichThereIsNoRoom) {
  const auto backup = RecordBuilder().token({}, kSeed32).build();
  RecordBuilder builder;
  for (int i = 0; i < 8; ++i) builder.totp();
  const auto outcome = merge(builder.build(), backup);
  EXPECT_TRUE(outcome.tokens_disabled.empty());
}

TEST(Reconciled, TakesNoWayInFromTheBackup) {
  auto backup = RecordBuilder().totp().bypass("271828182", kNow, kNow + days(1)).build();
  backup->invitation.present = true;
  backup->leases[0].until = kNow + days(1);
  backup->proofs[0].made = kNow;
  const auto record = merge(alice(), backup).record;
  EXPECT_EQ(record->bypass, Bypass{});
  EXPECT_EQ(record->invitation, Invitation{});
  EXPECT_EQ(record->leases, decltype(Record::leases){});
  EXPECT_EQ(record->proofs, decltype(Record::proofs){});
}

TEST(Reconciled, KeepsTheWaysInOfALiveRecordWithoutDoubt) {
  auto live = RecordBuilder().totp().bypass("271828182", kNow, kNow + days(1)).build();
  live->leases[0].until = kNow + days(1);
  EXPECT_TRUE(equal_but_for_saves(merge(live, alice()).record, live));
}

TEST(Reconciled, DoesNotBringRenewedRecoveryCodesBack) {
  const auto live = RecordBuilder().totp().hotp().recovery_code("MNOPQRSTUVWX").build();
  Desk desk{.record = merge(live, full_alice()).record};
  EXPECT_EQ(desk.type_in_vain("ABCDEFGHIJKL"), Verdict::kWrongCode);
  EXPECT_EQ(desk.type("MNOPQRSTUVWX"), Verdict::kAccepted);
}

TEST(Reconciled, UnitesKnownAddressesAndKeepsTheEmptierBudget) {
  auto live = RecordBuilder().totp().known("192.0.2.7", kNow - days(1)).build();
  auto backup = RecordBuilder().totp().known("192.0.2.7", kNow - days(2)).known("198.51.100.1", kNow - days(3)).build();
  backup->known[0].budget = {90'000, kNow};
  backup->unknown_budget = {60'000, kNow - days(365)};  // full again since
  live->unknown_budget = {1'000, kNow};
  const auto record = merge(live, backup).record;
  EXPECT_EQ(record->known[0].last_login, kNow - days(1));
  EXPECT_EQ(record->known[0].budget.spent_milli, 90'000U);
  EXPECT_NE(find_known(*record, client_of("198.51.100.1"), kNow), nullptr);
  EXPECT_EQ(record->unknown_budget, live->unknown_budget);
}

TEST(Reconciled, KeepsWaitsThatNoSuccessHasEndedSince) {
  auto backup = full_alice();
  backup->throttle[0] = {client_of("192.0.2.7"), 6, kNow + Seconds(60), kNow - Seconds(10), {}};
  EXPECT_EQ(merge(full_alice(), backup).record->throttle[0], backup->throttle[0]);
  auto since = full_alice();
  since->last_used = kNow;
  EXPECT_FALSE(merge(since, backup).record->throttle[0].used());
}

TEST(Reconciled, DoneOnceMoreChangesNothing) {
  const auto live = full_alice();
  auto backup = after_login(live, kStep);
  backup->tokens[0].failures = 3;
  backup->tokens[2] = backup->tokens[0];
  backup->tokens[2].id = 3;
  backup->tokens[2].secret[5] ^= 1U;
  const auto once = merge(live, backup);
  const auto twice = merge(once.record, backup);
  EXPECT_FALSE(twice.was_rolled_back);
  EXPECT_TRUE(*twice.record == *once.record);
}

TEST(Lineage, IsTheSameForOneEnrolmentAlone) {
  const auto record = full_alice();
  EXPECT_EQ(expect_value(lineage_of(*record)), expect_value(lineage_of(*after_login(record, kStep))));
  auto other = record;
  other->code_key[0] ^= 1U;
  EXPECT_NE(expect_value(lineage_of(*record)), expect_value(lineage_of(*other)));
}

}  // namespace
}  // namespace twinlock
