#include "live/live_sessions.h"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/config/temporary_directory.h"

namespace twinlock {
namespace {

Username user(std::string_view name) { return *Username::parse(name); }

class LiveSessionsTest : public testing::Test {
 protected:
  [[nodiscard]] LiveSession session(std::string_view name, std::string label, std::int64_t since) const {
    return {self_,
            std::move(label),
            user(name),
            *ServiceName::parse("samba"),
            *Address::parse("2001:db8::7"),
            UnixTime{since},
            LiveSession::Basis::kLease};
  }
  [[nodiscard]] std::vector<std::string> labels() const {
    std::vector<std::string> labels;
    const auto all = live_sessions(sessions_);
    for (const LiveSession& live : *all) labels.push_back(live.label);
    return labels;
  }

  TemporaryDirectory base_;
  RunDirectory sessions_ = std::move(*RunDirectory::open(base_.path("run"), kSessionDirectory));
  ProcessIdentity self_ = **identify_process(::getpid());
};

TEST_F(LiveSessionsTest, ListsWhatWasNoted) {
  ASSERT_TRUE(note_session(sessions_, session("dom\\alice smith", "17", 1'800'000'000)));
  const auto live = live_sessions(sessions_);
  ASSERT_EQ(live->size(), 1U);
  EXPECT_EQ(live->front().process, self_);
  EXPECT_EQ(live->front().user.text(), "dom\\alice smith");
  EXPECT_EQ(live->front().service.text(), "samba");
  EXPECT_EQ(live->front().address.text(), "2001:db8::7");
  EXPECT_EQ(live->front().since.seconds, 1'800'000'000);
  EXPECT_EQ(live->front().basis, LiveSession::Basis::kLease);
}

TEST_F(LiveSessionsTest, ListsSessionsOfOneProcessBesideEachOtherTheOldestFirst) {
  ASSERT_TRUE(note_session(sessions_, session("bob", "2", 20)));
  ASSERT_TRUE(note_session(sessions_, session("alice", "1", 10)));
  EXPECT_THAT(labels(), testing::ElementsAre("1", "2"));
}

TEST_F(LiveSessionsTest, ForgetsOnlyTheSessionThatCloses) {
  ASSERT_TRUE(note_session(sessions_, session("alice", "1", 10)));
  ASSERT_TRUE(note_session(sessions_, session("bob", "2", 20)));
  EXPECT_TRUE(forget_session(sessions_, self_, "1", user("nobody")));
  EXPECT_TRUE(forget_session(sessions_, self_, "3", user("alice")));
  EXPECT_TRUE(forget_session(sessions_, {self_.pid, self_.started + 1}, "1", user("alice")));
  EXPECT_THAT(labels(), testing::ElementsAre("1", "2"));
  EXPECT_TRUE(forget_session(sessions_, self_, "1", user("alice")));
  EXPECT_THAT(labels(), testing::ElementsAre("2"));
}

TEST_F(LiveSessionsTest, DropsWhatADeadProcessLeftBehind) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  LiveSession dead = session("alice", "1", 10);
  dead.process = {child, 1};
  LiveSession reused = session("bob", "2", 10);
  --reused.process.started;
  ASSERT_TRUE(note_session(sessions_, dead));
  ASSERT_TRUE(note_session(sessions_, reused));
  EXPECT_TRUE(live_sessions(sessions_)->empty());
  EXPECT_TRUE(sessions_.names()->empty());
}

TEST_F(LiveSessionsTest, PassesOverFilesThatAreNotWhole) {
  const std::string pid = std::to_string(self_.pid);
  for (const std::string& name : std::vector<std::string>{"x", pid, pid + ".", pid + ".a-b", "x.1", pid + ".1"}) {
    ASSERT_TRUE(sessions_.put(name, {"text\n"}));
  }
  ASSERT_TRUE(note_session(sessions_, session("bob", "2", 20)));
  EXPECT_THAT(labels(), testing::ElementsAre("2"));
}

TEST(LabelFromTerminal, IsTheLastPart) {
  EXPECT_EQ(label_from_terminal("smb/1617066971"), "1617066971");
  for (const auto terminal :
       {"", "samba", "ssh", "smb/", "smb/a.b", "smb/..", "smb/0123456789012345678901234567890123"}) {
    EXPECT_EQ(label_from_terminal(terminal), "0") << terminal;
  }
}

}  // namespace
}  // namespace twinlock
