#include "base/clock.h"

#include <gtest/gtest.h>

namespace twinlock {
namespace {

// Expected values: date --utc --date=… +%s
TEST(ParseRfc3339, ReadsUtcOffsetsAndFractions) {
  EXPECT_EQ(parse_rfc3339("2025-11-24T16:00:00Z")->seconds, 1'764'000'000);
  EXPECT_EQ(parse_rfc3339("2025-11-24T17:00:00+01:00")->seconds, 1'764'000'000);
  EXPECT_EQ(parse_rfc3339("2025-11-24T10:30:00.123-05:30")->seconds, 1'764'000'000);
  EXPECT_EQ(parse_rfc3339("2024-02-29T00:00:00Z")->seconds, 1'709'164'800);
}

TEST(ParseRfc3339, RefusesWhatIsNoTime) {
  for (const char* text :
       {"", "2025-11-24", "2025-11-24T16:00:00", "2025-11-24 16:00:00Z", "2025-02-29T00:00:00Z", "2025-13-01T00:00:00Z",
        "2025-11-24T24:00:00Z", "2025-11-24T16:00:00Zx", "-025-11-24T16:00:00Z", "2025-11-24T16:00:00.Z",
        "2025-11-24T16:00:00+1:00", "2025-11-24T16:00:00+24:00"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace twinlock
