#include "live/code_stash.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/config/temporary_directory.h"

namespace twinlock {
namespace {

constexpr std::int64_t kNow = 5'000'000;

class CodeStashTest : public testing::Test {
 protected:
  [[nodiscard]] Result<void> stash(const ProcessIdentity& owner) const {
    return stash_code(stashes_, owner, alice_, "492039", kNow);
  }
  [[nodiscard]] std::optional<StashedCode> take(const ProcessIdentity& owner, std::int64_t now = kNow) const {
    return std::move(*take_code(stashes_, owner, now));
  }
  [[nodiscard]] std::string file() const { return base_.path("run/smb/" + std::to_string(self_.pid)); }
  void overwrite(std::string_view text) const { std::ofstream(file()) << text; }

  TemporaryDirectory base_;
  RunDirectory stashes_ = std::move(*RunDirectory::open(base_.path("run"), kStashDirectory));
  ProcessIdentity self_ = **identify_process(::getpid());
  Username alice_ = *Username::parse("alice");
};

TEST_F(CodeStashTest, HandsTheCodeToItsOwner) {
  ASSERT_TRUE(stash(self_));
  const auto stashed = take(self_);
  ASSERT_TRUE(stashed);
  EXPECT_EQ(stashed->user, alice_);
  EXPECT_EQ(stashed->code.text(), "492039");
}

TEST_F(CodeStashTest, ServesOnce) {
  ASSERT_TRUE(stash(self_));
  EXPECT_TRUE(take(self_));
  EXPECT_FALSE(take(self_));
}

TEST_F(CodeStashTest, ServesNoOtherProcessWithThePid) {
  ASSERT_TRUE(stash(self_));
  ProcessIdentity later = self_;
  ++later.started;
  EXPECT_FALSE(take(later));
  EXPECT_FALSE(take(self_)) << "it was not taken away";
}

TEST_F(CodeStashTest, ServesForTenSeconds) {
  ASSERT_TRUE(stash(self_));
  EXPECT_TRUE(take(self_, kNow + 10'000));
  ASSERT_TRUE(stash(self_));
  EXPECT_FALSE(take(self_, kNow + 10'001));
  ASSERT_TRUE(stash(self_));
  EXPECT_FALSE(take(self_, kNow - 1)) << "a stash from the future, or from before the machine was started";
}

TEST_F(CodeStashTest, KeepsOnlyTheLatestCodeOfAProcess) {
  ASSERT_TRUE(stash(self_));
  ASSERT_TRUE(stash_code(stashes_, self_, alice_, "000000", kNow));
  EXPECT_EQ(take(self_)->code.text(), "000000");
}

TEST_F(CodeStashTest, TakesNothingFromWhatIsNotWhole) {
  const std::string marks = std::to_string(self_.started) + "\n" + std::to_string(kNow) + "\n";
  for (const std::string& text :
       {std::string(), marks, marks + "alice\n", marks + "alice\n492039", marks + "alice\n492039\nmore",
        "x" + marks + "alice\n492039\n", marks + "\n492039\n"}) {
    ASSERT_TRUE(stash(self_));
    overwrite(text);
    EXPECT_FALSE(take(self_)) << text;
  }
  ASSERT_TRUE(stash(self_));
  overwrite(marks + "alice\n492039\n");
  EXPECT_TRUE(take(self_)) << "the test's own form";
}

TEST_F(CodeStashTest, SweepsNothingThatWasPutThereMeanwhile) {
  ASSERT_TRUE(stash(self_));
  EXPECT_EQ(*sweep_stashes(stashes_, kNow - 1), 0);
  EXPECT_TRUE(take(self_));
}

TEST_F(CodeStashTest, SweepsWhatServesNobody) {
  ASSERT_TRUE(stash(self_));
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  ASSERT_TRUE(stash({child, 1}));
  ASSERT_TRUE(stashes_.put("not-a-pid", {"text"}));
  EXPECT_EQ(*sweep_stashes(stashes_, kNow), 2);
  EXPECT_THAT(*stashes_.names(), testing::ElementsAre(std::to_string(self_.pid)));
  EXPECT_EQ(*sweep_stashes(stashes_, kNow + 10'001), 1);
}

}  // namespace
}  // namespace twinlock
