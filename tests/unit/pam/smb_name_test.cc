#include "pam/smb_name.h"

#include <gtest/gtest.h>

#include <string>

namespace twinlock {
namespace {

/// "user/CODE", or "" where nothing could be split.
std::string split(std::string_view typed, char separator = '+') {
  const auto name = split_smb_name(typed, separator);
  return name ? name->user.text() + "/" + std::string(name->code.canonical.text()) : "";
}

TEST(SplitSmbName, TakesEveryCodeThatMayOpenALogin) {
  EXPECT_EQ(split("alice+492039"), "alice/492039");
  EXPECT_EQ(split("alice+4920391"), "alice/4920391");
  EXPECT_EQ(split("alice+49203917"), "alice/49203917");
  EXPECT_EQ(split("alice+492039175"), "alice/492039175");
  EXPECT_EQ(split("alice+abcd-efgh-2345"), "alice/ABCDEFGH2345");
}

TEST(SplitSmbName, TakesNoInvitationAndNothingWithoutTheShapeOfACode) {
  for (const auto name : {"alice+abcdefgh23", "alice", "alice+", "alice+12345", "alice+1234567890", "alice+12345678901",
                          "alice+49203x", "alice 492039", "alice492039", ""}) {
    EXPECT_EQ(split(name), "") << name;
  }
}

TEST(SplitSmbName, LeavesTheClientsDomainOut) {
  EXPECT_EQ(split("DOM\\alice+492039"), "alice/492039");
  EXPECT_EQ(split("alice+492039@example.com"), "alice/492039");
  EXPECT_EQ(split("DOM\\alice+492039@example.com"), "alice/492039");
  EXPECT_EQ(split("DOM\\+492039"), "");
}

TEST(SplitSmbName, NeedsAUserName) {
  EXPECT_EQ(split("+492039"), "");
  EXPECT_EQ(split("++492039"), "+/492039");
}

TEST(SplitSmbName, CountsTheLastSeparatorThatACodeFollows) {
  EXPECT_EQ(split("a+b+492039"), "a+b/492039");
  EXPECT_EQ(split("alice+111111+222222"), "alice+111111/222222");
  EXPECT_EQ(split("alice+492039+x"), "");
  EXPECT_EQ(split("alice-492-039", '-'), "alice/492039");
  EXPECT_EQ(split("alice.492039", '.'), "alice/492039");
  EXPECT_EQ(split("alice+492039", '.'), "");
}

TEST(SplitSmbName, KeepsTheCaseOfTheName) { EXPECT_EQ(split("ALICE+492039"), "ALICE/492039"); }

TEST(SplitSmbName, TakesNamesAsDataWhateverIsInThem) {
  EXPECT_EQ(split("$(id);`id`+492039"), "$(id);`id`/492039");
  EXPECT_EQ(split("--config+492039"), "--config/492039");
  EXPECT_EQ(split("m\xc3\xbcller+492039"), "m\xc3\xbcller/492039");
}

TEST(SplitSmbName, TakesNoNameThatCannotBe) {
  EXPECT_EQ(split("ali\nce+492039"), "");
  EXPECT_EQ(split(std::string("ali\0ce+492039", 13)), "");
  EXPECT_EQ(split(std::string(4096, 'a') + "+492039"), "");
}

}  // namespace
}  // namespace twinlock
