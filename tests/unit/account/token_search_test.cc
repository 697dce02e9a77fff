#include "account/token_search.h"

#include <gtest/gtest.h>

#include "support/record_builder.h"

namespace twinlock {
namespace {

using namespace test;

TokenSearch search(const SecretRecord& record, std::string_view code, UnixTime now, std::uint8_t window) {
  return expect_value(search_tokens(*record, code, now, window));
}

bool is_right(const SecretRecord& record, std::string_view code, UnixTime now, std::uint8_t window) {
  return search(record, code, now, window).fresh.has_value();
}

TEST(TokenSearch, AcceptsExactlyTheStepsOfTheWindow) {
  const auto record = alice();
  for (std::uint8_t window = 0; window <= 10; ++window) {
    for (std::uint64_t distance = 0; distance <= 12; ++distance) {
      EXPECT_EQ(is_right(record, totp_at(kStep - distance), kNow, window), distance <= window) << distance;
      EXPECT_EQ(is_right(record, totp_at(kStep + distance), kNow, window), distance <= window) << distance;
    }
    EXPECT_EQ(search(record, kWrongCode, kNow, window).chances, 2U * window + 1U);
  }
}

TEST(TokenSearch, ChangesTheStepOnTheSecond) {
  const auto record = alice();
  EXPECT_TRUE(is_right(record, totp_at(kStep), start_of(kStep), 0));
  EXPECT_TRUE(is_right(record, totp_at(kStep), start_of(kStep) + Seconds(29), 0));
  EXPECT_FALSE(is_right(record, totp_at(kStep), start_of(kStep) - Seconds(1), 0));
  EXPECT_FALSE(is_right(record, totp_at(kStep), start_of(kStep) + Seconds(30), 0));
}

TEST(TokenSearch, FindsTheCodesOfAllThreeHashes) {
  // RFC 6238 appendix B, 1111111109 s.
  const struct {
    HashAlgorithm algorithm;
    std::string_view seed;
    std::string_view code;
  } cases[] = {{HashAlgorithm::kSha1, kSeed20, "07081804"},
               {HashAlgorithm::kSha256, kSeed32, "68084774"},
               {HashAlgorithm::kSha512, kSeed64, "25091201"}};
  for (const auto& [algorithm, seed, code] : cases) {
    const auto record = RecordBuilder().token({.algorithm = algorithm, .digits = Digits::kEight}, seed).build();
    EXPECT_TRUE(is_right(record, code, kNow, 0));
    EXPECT_FALSE(is_right(record, code, kNow + Seconds(60), 1));
  }
}

TEST(TokenSearch, ComparesOnlyTokensOfAsManyDigits) {
  // oathtool --totp -d 7 -N @1111111109 $S
  const auto record = RecordBuilder()
                          .totp()
                          .token({.digits = Digits::kSeven}, kSeed20)
                          .token({.digits = Digits::kEight}, kSeed20)
                          .build();
  EXPECT_EQ(search(record, "081804", kNow, 1).fresh->index, 0U);
  EXPECT_EQ(search(record, "7081804", kNow, 1).fresh->index, 1U);
  EXPECT_EQ(search(record, "07081804", kNow, 1).fresh->index, 2U);
  EXPECT_EQ(search(record, "000001", kNow, 1).tried, 0b001U);
  EXPECT_EQ(search(record, "00000001", kNow, 1).tried, 0b100U);
  EXPECT_EQ(search(record, "081804", kNow, 1).chances, 3U);
}

TEST(TokenSearch, TriesEveryTokenEvenAfterAHit) {
  const auto record = RecordBuilder().totp().token({}, kSeed32).token({}, kSeed64).build();
  const auto found = search(record, totp_at(kStep), kNow, 1);
  EXPECT_EQ(found.tried, 0b111U);
  EXPECT_EQ(found.chances, 9U);
}

TEST(TokenSearch, PassesOverTokensThatAreNotActiveOrNeedAResync) {
  for (const auto state : {Token::State::kFree, Token::State::kPending, Token::State::kDisabled}) {
    auto record = alice();
    record->tokens[0].state = state;
    EXPECT_FALSE(is_right(record, totp_at(kStep), kNow, 1));
    EXPECT_EQ(search(record, totp_at(kStep), kNow, 1).tried, 0U);
  }
  auto record = RecordBuilder().hotp().build();
  record->tokens[0].needs_resync = true;
  EXPECT_FALSE(is_right(record, kHotpCodes[0], kNow, 1));
  EXPECT_EQ(search(record, kHotpCodes[0], kNow, 1).chances, 0U);
}

TEST(TokenSearch, CallsACodeUsedUpFromTheLastAcceptedStepBackwards) {
  auto record = alice();
  record->tokens[0].next = kStep + 1;
  const auto same = search(record, totp_at(kStep), kNow, 1);
  EXPECT_TRUE(same.used_up && !same.fresh);
  const auto earlier = search(record, totp_at(kStep - 1), kNow, 1);
  EXPECT_TRUE(earlier.used_up && !earlier.fresh);
  const auto later = search(record, totp_at(kStep + 1), kNow, 1);
  EXPECT_TRUE(!later.used_up && later.fresh);
  EXPECT_EQ(later.chances, 1U);
}

TEST(TokenSearch, LooksTenCountersAheadAndNoFurther) {
  const auto record = RecordBuilder().hotp().build();
  for (std::uint64_t counter = 0; counter <= 10; ++counter) {
    const auto found = search(record, kHotpCodes.at(counter), kNow, 1);
    ASSERT_TRUE(found.fresh) << counter;
    EXPECT_EQ(found.fresh->factor, counter);
  }
  EXPECT_FALSE(is_right(record, kHotpCodes[11], kNow, 10));
  EXPECT_EQ(search(record, kWrongCode, kNow, 10).chances, 11U);
}

TEST(TokenSearch, RecognisesTheTenCountersThatWereUsedLast) {
  auto record = RecordBuilder().hotp().build();
  record->tokens[0].next = 15;
  for (std::size_t counter = 5; counter < 15; ++counter) {
    const auto found = search(record, kHotpCodes.at(counter), kNow, 1);
    EXPECT_TRUE(found.used_up && !found.fresh) << counter;
  }
  EXPECT_FALSE(search(record, kHotpCodes[4], kNow, 1).used_up);
  EXPECT_TRUE(is_right(record, kHotpCodes[15], kNow, 1));
  EXPECT_TRUE(is_right(record, kHotpCodes[25], kNow, 1));
  EXPECT_FALSE(is_right(record, kHotpCodes[26], kNow, 1));
}

TEST(TokenSearch, SurvivesTheBeginningOfTime) {
  const auto record = alice();
  for (const std::int64_t seconds : {-1'000'000, -1, 0, 1, 29, 59}) {
    EXPECT_FALSE(is_right(record, kWrongCode, {seconds}, 10));
    // oathtool --totp -d 6 -N @59 $S (RFC 6238 appendix B: 94287082 in step 1)
    EXPECT_TRUE(is_right(record, "287082", {seconds}, 1)) << seconds;
  }
}

TEST(TokenSearch, ReportsCountersBeyondTheRangeAsAnErrorAndNotAsAnAnswer) {
  auto record = RecordBuilder().hotp().build();
  record->tokens[0].next = (std::uint64_t{1} << 62) - 1;
  EXPECT_FALSE(search_tokens(*record, kWrongCode, kNow, 1));
}

TEST(UseUp, AdvancesToTheStepOrCounterBehindTheAcceptedOne) {
  auto record = RecordBuilder().totp().hotp().build();
  use_up(record->tokens[0], kStep + 1, kNow);
  EXPECT_EQ(record->tokens[0].next, kStep + 2);
  EXPECT_EQ(record->tokens[0].last_used, kNow);
  use_up(record->tokens[1], 7, kNow);
  EXPECT_EQ(record->tokens[1].next, 8U);
  EXPECT_EQ(record->tokens[1].drift, 0);
}

TEST(UseUp, LearnsTheDriftByAtMostOneStep) {
  auto record = alice();
  Token& token = record->tokens[0];
  use_up(token, kStep + 8, kNow);
  EXPECT_EQ(token.drift, 1);
  use_up(token, kStep + 8, kNow);
  EXPECT_EQ(token.drift, 2);
  use_up(token, kStep - 8, kNow);
  EXPECT_EQ(token.drift, 1);
  use_up(token, kStep + 1, kNow);
  EXPECT_EQ(token.drift, 1);
}

TEST(UseUp, LearnsAtMostTenStepsInEitherDirection) {
  auto record = alice();
  Token& token = record->tokens[0];
  for (int login = 0; login < 30; ++login) use_up(token, kStep + 40, kNow);
  EXPECT_EQ(token.drift, 10);
  for (int login = 0; login < 60; ++login) use_up(token, kStep - 40, kNow);
  EXPECT_EQ(token.drift, -10);
}

TEST(FactorsToTry, LieAroundTheLearntDrift) {
  auto record = alice();
  Token& token = record->tokens[0];
  for (const int drift : {-10, -1, 0, 1, 10}) {
    token.drift = static_cast<std::int8_t>(drift);
    const auto range = factors_to_try(token, kNow, 2);
    EXPECT_EQ(range.first, static_cast<std::uint64_t>(static_cast<std::int64_t>(kStep) + drift - 2));
    EXPECT_EQ(range.last, static_cast<std::uint64_t>(static_cast<std::int64_t>(kStep) + drift + 2));
  }
}

TEST(FactorsToTry, FollowThePeriod) {
  auto record = alice();
  for (const std::uint16_t period : {std::uint16_t{15}, std::uint16_t{60}, std::uint16_t{300}}) {
    record->tokens[0].period = period;
    EXPECT_EQ(factors_to_try(record->tokens[0], kNow, 0).first, static_cast<std::uint64_t>(kNow.seconds / period));
  }
}

}  // namespace
}  // namespace twinlock
