#include "config/duration.h"

#include <gtest/gtest.h>

#include "config/nearest.h"

namespace twinlock {
namespace {

TEST(ParseDuration, KnowsSecondsMinutesHoursAndDays) {
  EXPECT_EQ(*parse_duration("30s"), Seconds(30));
  EXPECT_EQ(*parse_duration("15m"), Seconds(900));
  EXPECT_EQ(*parse_duration("10h"), Seconds(36'000));
  EXPECT_EQ(*parse_duration("14d"), Seconds(1'209'600));
  EXPECT_EQ(*parse_duration("0"), Seconds(0));
  EXPECT_EQ(*parse_duration("0s"), Seconds(0));
  EXPECT_EQ(*parse_duration("999999999d"), Seconds(86'399'999'913'600));
}

TEST(ParseDuration, RefusesAnythingElse) {
  for (const auto* text : {"",    "s",   "30",   "1",     "00",    "30S", "30 s", " 30s",        "30s ", "1w", "1y",
                           "-1s", "+1s", "1.5h", "1h30m", "0x10s", "1ms", "1,5h", "9999999999s", "h10",  "dd"}) {
    const auto parsed = parse_duration(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Error::Code::kUsage);
  }
}

TEST(DurationText, TakesTheLargestUnitThatFits) {
  EXPECT_EQ(duration_text(Seconds(0)), "0");
  EXPECT_EQ(duration_text(Seconds(59)), "59s");
  EXPECT_EQ(duration_text(Seconds(60)), "1m");
  EXPECT_EQ(duration_text(Seconds(90)), "90s");
  EXPECT_EQ(duration_text(Seconds(3600)), "1h");
  EXPECT_EQ(duration_text(Seconds(36'000)), "10h");
  EXPECT_EQ(duration_text(days(1)), "1d");
}

TEST(Nearest, FindsTheWordThatWasMeant) {
  const std::vector<std::string> words = {"budget_known", "budget_unknown", "lease", "url"};
  EXPECT_EQ(nearest("budget_knwon", words), "budget_known");
  EXPECT_EQ(nearest("budget_unknow", words), "budget_unknown");
  EXPECT_EQ(nearest("leases", words), "lease");
  EXPECT_EQ(nearest("uri", words), "url");
}

TEST(Nearest, FindsNothingFarAway) {
  EXPECT_EQ(nearest("separator", {"lease", "opens"}), std::nullopt);
  EXPECT_EQ(nearest("x", {"y"}), std::nullopt);
  EXPECT_EQ(nearest("ab", {"url"}), std::nullopt);
  EXPECT_EQ(nearest("", {"a"}), std::nullopt);
  EXPECT_EQ(nearest(std::string(65, 'a'), {std::string(64, 'a')}), std::nullopt);
}

}  // namespace
}  // namespace twinlock
