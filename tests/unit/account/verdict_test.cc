#include "account/verdict.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace twinlock {
namespace {

TEST(Verdict, LetsInOnlyTheFourThatMeanYes) {
  std::set<std::string_view> words;
  for (std::uint8_t i = 0; i < kVerdictCount; ++i) {
    if (lets_in(Verdict{i})) words.insert(name_of(Verdict{i}));
  }
  EXPECT_EQ(words, (std::set<std::string_view>{"accepted", "leased", "exempt", "observed"}));
}

TEST(Verdict, LetsNobodyInForAValueThatDoesNotExist) {
  for (int i = kVerdictCount; i < 256; ++i) {
    EXPECT_FALSE(lets_in(Verdict{static_cast<std::uint8_t>(i)}));
    EXPECT_EQ(name_of(Verdict{static_cast<std::uint8_t>(i)}), "unavailable");
  }
}

TEST(Verdict, HasAWordOfItsOwnForEachValue) {
  std::set<std::string_view> words;
  for (std::uint8_t i = 0; i < kVerdictCount; ++i) words.insert(name_of(Verdict{i}));
  EXPECT_EQ(words.size(), kVerdictCount);
}

}  // namespace
}  // namespace twinlock
