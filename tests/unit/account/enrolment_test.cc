#include "account/enrolment.h"

#include "account/lost_copy.h"
#include "unit/account/desk.h"

namespace twinlock {
namespace {

using namespace test;

Error::Code refusal_of(const TokenParameters& parameters, std::size_t secret_size, std::string_view label) {
  const std::string secret(secret_size, 'k');
  const auto token = new_token(parameters, bytes_of(secret), label, kNow);
  return token ? Error::Code::kExists : token.error().code;  // kExists: there is a token
}

TEST(NewToken, TakesSecretsOf16To64Bytes) {
  EXPECT_EQ(refusal_of({}, 15, ""), Error::Code::kUsage);
  EXPECT_EQ(refusal_of({}, 16, ""), Error::Code::kExists);
  EXPECT_EQ(refusal_of({}, 64, ""), Error::Code::kExists);
  EXPECT_EQ(refusal_of({}, 65, ""), Error::Code::kUsage);
}

TEST(NewToken, TakesLabelsOf48BytesWithoutControlCharacters) {
  EXPECT_EQ(refusal_of({}, 20, std::string(48, 'x')), Error::Code::kExists);
  EXPECT_EQ(refusal_of({}, 20, std::string(49, 'x')), Error::Code::kUsage);
  EXPECT_EQ(refusal_of({}, 20, "Bürgermeisterin"), Error::Code::kExists);
  for (const auto label : {"a\nb", "a\x1b[2J", "a\x7f"}) EXPECT_EQ(refusal_of({}, 20, label), Error::Code::kUsage);
  EXPECT_EQ(refusal_of({}, 20, std::string_view("a\0b", 3)), Error::Code::kUsage);
}

TEST(NewToken, TakesPeriodsOf15To300Seconds) {
  EXPECT_EQ(refusal_of({.period = 14}, 20, ""), Error::Code::kUsage);
  EXPECT_EQ(refusal_of({.period = 15}, 20, ""), Error::Code::kExists);
  EXPECT_EQ(refusal_of({.period = 300}, 20, ""), Error::Code::kExists);
  EXPECT_EQ(refusal_of({.period = 301}, 20, ""), Error::Code::kUsage);
}

TEST(ConfirmToken, CountsOnlyAfterItsRightCode) {
  auto token = expect_value(new_token({}, bytes_of(kSeed20), "phone", kNow));
  EXPECT_EQ(token->state, Token::State::kPending);
  EXPECT_FALSE(expect_value(confirm_token(*token, kWrongCode, kNow, 1)));
  EXPECT_FALSE(expect_value(confirm_token(*token, "7081804", kNow, 1)));
  EXPECT_EQ(token->state, Token::State::kPending);
  EXPECT_TRUE(expect_value(confirm_token(*token, "081804", kNow, 1)));
  EXPECT_EQ(token->state, Token::State::kActive);
  EXPECT_EQ(token->last_used, UnixTime{});  // confirming is no login
}

TEST(ConfirmToken, UsesTheCodeUpForLogins) {
  auto token = expect_value(new_token({}, bytes_of(kSeed20), "phone", kNow));
  ASSERT_TRUE(expect_value(confirm_token(*token, "081804", kNow, 1)));
  Desk desk{.record = RecordBuilder().build()};
  ASSERT_EQ(expect_value(add_token(*desk.record, *token)), 1U);
  EXPECT_EQ(desk.type_in_vain("081804"), Verdict::kReplayed);
  EXPECT_EQ(desk.type(totp_at(kStep + 1)), Verdict::kAccepted);
}

TEST(ConfirmToken, StartsAHotpTokenAtCounterZero) {
  auto token = expect_value(new_token({.type = Token::Type::kHotp}, bytes_of(kSeed20), "fob", kNow));
  EXPECT_TRUE(expect_value(confirm_token(*token, kHotpCodes[0], kNow, 1)));
  EXPECT_EQ(token->next, 1U);
}

TEST(AddToken, NeverReusesAnIdAndRefusesTheNinth) {
  auto record = RecordBuilder().totp().totp().build();
  record->tokens[1] = {};
  EXPECT_EQ(expect_value(add_token(*record, record->tokens[0])), 3U);
  for (std::uint32_t id = 4; id <= 9; ++id) EXPECT_EQ(expect_value(add_token(*record, record->tokens[0])), id);
  const auto ninth = add_token(*record, record->tokens[0]);
  ASSERT_FALSE(ninth);
  EXPECT_EQ(ninth.error().code, Error::Code::kRefused);
}

TEST(StateOf, IsInvitedUntilATokenIsConfirmed) {
  auto record = alice();
  record->invitation.present = true;
  EXPECT_EQ(state_of(*record), "active");
  record->tokens[0].state = Token::State::kPending;
  EXPECT_EQ(state_of(*record), "invited");
  record->disabled = true;
  EXPECT_EQ(state_of(*record), "disabled");
}

SecretRecord with_everything() {
  auto record = RecordBuilder()
                    .totp()
                    .hotp()
                    .recovery_code("ABCDEFGHIJKL")
                    .recovery_code("MNOPQRSTUVWX")
                    .bypass("271828182", kNow, kNow + days(1))
                    .known("192.0.2.7", kNow)
                    .build();
  record->recovery[1].state = RecoveryCode::State::kUsed;
  record->invitation.present = true;
  record->leases[0].until = kNow + days(1);
  record->proofs[0].made = kNow;
  return record;
}

TEST(AfterLostCopy, TakesAllCodesUpToTheEndOfTheWindowAsUsed) {
  Desk desk{.record = after_lost_copy(with_everything(), kNow, 1)};
  for (const auto step : {kStep - 1, kStep, kStep + 1}) EXPECT_EQ(desk.type_in_vain(totp_at(step)), Verdict::kReplayed);
  desk.now = kNow + Seconds(60);
  EXPECT_EQ(desk.type(totp_at(kStep + 2)), Verdict::kAccepted);
}

TEST(AfterLostCopy, FollowsTheLearntDrift) {
  auto record = alice();
  record->tokens[0].drift = 5;
  EXPECT_EQ(after_lost_copy(record, kNow, 2)->tokens[0].next, kStep + 8);
}

TEST(AfterLostCopy, NeverMovesBack) {
  auto record = alice();
  record->tokens[0].next = kStep + 1000;
  EXPECT_EQ(after_lost_copy(record, kNow, 1)->tokens[0].next, kStep + 1000);
}

TEST(AfterLostCopy, AsksHotpTokensToResync) {
  Desk desk{.record = after_lost_copy(with_everything(), kNow, 1)};
  EXPECT_TRUE(desk.record->tokens[1].needs_resync);
  EXPECT_EQ(desk.type_in_vain(kHotpCodes[0]), Verdict::kWrongCode);
}

TEST(AfterLostCopy, EndsEveryOtherWayIn) {
  const auto record = after_lost_copy(with_everything(), kNow, 1);
  EXPECT_EQ(record->recovery[0].state, RecoveryCode::State::kVoid);
  EXPECT_EQ(record->recovery[1].state, RecoveryCode::State::kUsed);
  EXPECT_EQ(record->bypass, Bypass{});
  EXPECT_EQ(record->invitation, Invitation{});
  EXPECT_EQ(record->leases, decltype(Record::leases){});
  EXPECT_EQ(record->proofs, decltype(Record::proofs){});
  EXPECT_EQ(record->events[0].kind, Event::Kind::kCopyLost);
}

TEST(AfterLostCopy, KeepsWhatSlowsGuessingDown) {
  auto before = with_everything();
  before->unknown_budget = {60'000, kNow};
  before->throttle[0].failures = 9;
  before->disabled = true;
  const auto record = after_lost_copy(before, kNow, 1);
  EXPECT_EQ(record->unknown_budget, before->unknown_budget);
  EXPECT_EQ(record->throttle, before->throttle);
  EXPECT_EQ(record->known, before->known);
  EXPECT_TRUE(record->disabled);
}

}  // namespace
}  // namespace twinlock
