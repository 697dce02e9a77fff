#include "text/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <ctime>

namespace twinlock {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr UnixTime kNow{1'795'600'000};  // 2026-11-25 09:46:40 UTC

/// Local times below are meant in UTC, wherever the test runs.
class Messages : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::setenv("TZ", "UTC", 1);
    ::tzset();
  }
};

std::string refused(Language language, Verdict verdict, std::string_view phone = "") {
  return refusal(language, {verdict, kNow + Seconds(60), kNow, phone});
}

ClientKey client_at(std::string_view address) { return Network::around(*Address::parse(address), {}); }

SecretRecord record_with(std::initializer_list<Event> events) {
  SecretRecord record;
  std::ranges::copy(events, record->events.begin());
  return record;
}

TEST_F(Messages, SayEveryRefusalInBothLanguagesAndInOneLine) {
  for (std::uint8_t number = 0; number < kVerdictCount; ++number) {
    const auto verdict = static_cast<Verdict>(number);
    const std::string english = refused(Language::kEnglish, verdict);
    const std::string german = refused(Language::kGerman, verdict);
    EXPECT_EQ(lets_in(verdict), english.empty()) << name_of(verdict);
    EXPECT_EQ(lets_in(verdict), german.empty()) << name_of(verdict);
    EXPECT_EQ(lets_in(verdict), english == german) << name_of(verdict);
    EXPECT_LT(english.size(), 80U) << english;
    EXPECT_LT(german.size(), 80U) << german;
    EXPECT_THAT(english + german, Not(HasSubstr("\n")));
    EXPECT_THAT(english + german, Not(HasSubstr("{}")));
  }
}

TEST_F(Messages, RefuseInAsciiBecauseSshClientsShowNothingElse) {
  const auto is_ascii = [](unsigned char c) { return c < 128; };
  for (std::uint8_t number = 0; number < kVerdictCount; ++number) {
    EXPECT_TRUE(std::ranges::all_of(refused(Language::kGerman, static_cast<Verdict>(number)), is_ascii));
  }
  EXPECT_TRUE(std::ranges::all_of(no_code_given(Language::kGerman), is_ascii));
}

TEST_F(Messages, DifferInAllOtherTextsToo) {
  EXPECT_NE(no_code_given(Language::kEnglish), no_code_given(Language::kGerman));
  EXPECT_NE(not_open(Language::kEnglish), not_open(Language::kGerman));
  EXPECT_EQ("Code: ", code_prompt(Language::kEnglish));
  EXPECT_EQ("Code: ", code_prompt(Language::kGerman));
}

TEST_F(Messages, SayUntilWhenCodesAreNotLookedAt) {
  EXPECT_THAT(refusal(Language::kEnglish, {Verdict::kThrottled, kNow + Seconds(3600), kNow, ""}),
              HasSubstr("before 10:47"));
  EXPECT_THAT(refusal(Language::kGerman, {Verdict::kThrottled, kNow + days(1), kNow, ""}),
              HasSubstr("vor 26.11.2026 09:47"));
}

TEST_F(Messages, NameTheHelpdeskOnlyWhereWaitingDoesNotHelp) {
  constexpr std::string_view kPhone = "+49 30 23125 000";
  EXPECT_THAT(refused(Language::kEnglish, Verdict::kLocked, kPhone), HasSubstr(kPhone));
  EXPECT_THAT(refused(Language::kGerman, Verdict::kNotEnrolled, kPhone), HasSubstr(kPhone));
  EXPECT_THAT(refused(Language::kEnglish, Verdict::kWrongCode, kPhone), Not(HasSubstr(kPhone)));
  EXPECT_THAT(refused(Language::kEnglish, Verdict::kThrottled, kPhone), Not(HasSubstr(kPhone)));
}

TEST_F(Messages, TellFailedAttemptsAndUsedCodesForFourteenDays) {
  const ClientKey far = client_at("192.0.2.7");
  const auto record = record_with({{Event::Kind::kRefused, Verdict::kWrongCode, kNow - days(2), far, {}},
                                   {Event::Kind::kRefused, Verdict::kWrongCode, kNow - Seconds(600), far, {}},
                                   {Event::Kind::kRefused, Verdict::kWrongCode, kNow - days(15), far, {}},
                                   {Event::Kind::kRecoveryUsed, Verdict::kAccepted, kNow - days(14), far, {}}});
  EXPECT_EQ(
      "Refused codes in the last 14 days: 2, the last at 09:36 from 192.0.2.7.\n"
      "Recovery codes used in the last 14 days: 1, the last at 2026-11-11 09:46 from 192.0.2.7.",
      notices(Language::kEnglish, *record, kNow));
  EXPECT_EQ(
      "Abgelehnte Codes der letzten 14 Tage: 2, zuletzt 09:36 von 192.0.2.7.\n"
      "Benutzte Notfallcodes der letzten 14 Tage: 1, zuletzt 11.11.2026 09:46 von 192.0.2.7.",
      notices(Language::kGerman, *record, kNow));
}

TEST_F(Messages, TellOfDamageAndOfRestores) {
  const auto record = record_with({{Event::Kind::kCopyLost, Verdict::kUnavailable, kNow - days(1), {}, {}},
                                   {Event::Kind::kRestored, Verdict::kUnavailable, kNow - Seconds(600), {}, {}}});
  EXPECT_EQ(
      "Damage mended in the last 14 days: 1, the last at 2026-11-24 09:46. Recovery codes from before are void.\n"
      "Restored from a backup in the last 14 days: 1, the last at 09:36. Recovery codes from before are void.",
      notices(Language::kEnglish, *record, kNow));
  EXPECT_EQ(
      "Behobene Schäden der letzten 14 Tage: 1, zuletzt 24.11.2026 09:46. Notfallcodes von davor gelten nicht mehr.\n"
      "Wiederherstellungen der letzten 14 Tage: 1, zuletzt 09:36. Notfallcodes von davor gelten nicht mehr.",
      notices(Language::kGerman, *record, kNow));
}

TEST_F(Messages, TellNothingWhereNothingHappened) {
  EXPECT_EQ("", notices(Language::kEnglish, *SecretRecord(), kNow));
  const auto future = record_with({{Event::Kind::kRefused, Verdict::kWrongCode, kNow + Seconds(1), {}, {}}});
  EXPECT_EQ("", notices(Language::kEnglish, *future, kNow));
}

TEST_F(Messages, SayUntilWhenTheFilesAreOpen) {
  EXPECT_THAT(open_until(Language::kEnglish, kNow + Seconds(3600), kNow), HasSubstr("until 10:46"));
  EXPECT_THAT(open_until(Language::kGerman, kNow + days(1), kNow), HasSubstr("bis 26.11.2026 09:46"));
}

}  // namespace
}  // namespace twinlock
