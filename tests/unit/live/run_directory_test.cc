#include "live/run_directory.h"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/config/temporary_directory.h"

namespace twinlock {
namespace {

mode_t mode_of(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 ? status.st_mode & 07777 : 0;
}

class RunDirectoryTest : public testing::Test {
 protected:
  [[nodiscard]] Result<RunDirectory> open() const { return RunDirectory::open(base_.path("run"), "smb"); }
  [[nodiscard]] std::string inner(const std::string& name) const { return base_.path("run/smb/" + name); }

  TemporaryDirectory base_;
};

TEST_F(RunDirectoryTest, MakesWhatIsMissingForRootAlone) {
  ASSERT_TRUE(open());
  EXPECT_EQ(mode_of(base_.path("run")), 0700U);
  EXPECT_EQ(mode_of(base_.path("run/smb")), 0700U);
}

TEST_F(RunDirectoryTest, GivesBackWhatWasPutThere) {
  const auto directory = open();
  ASSERT_TRUE(directory->put("1", {"some ", "text\n"}));
  EXPECT_EQ((**directory->read("1")).text(), "some text\n");
  EXPECT_EQ(mode_of(inner("1")), 0600U);
  EXPECT_THAT(*directory->names(), testing::ElementsAre("1"));
}

TEST_F(RunDirectoryTest, ReplacesAFileOfThatName) {
  const auto directory = open();
  ASSERT_TRUE(directory->put("1", {"a longer text"}));
  ASSERT_TRUE(directory->put("1", {"short"}));
  EXPECT_EQ((**directory->read("1")).text(), "short");
  EXPECT_EQ(directory->names()->size(), 1U);
}

TEST_F(RunDirectoryTest, TellsAnAbsentFileFromAFlawedOne) {
  const auto directory = open();
  EXPECT_FALSE(*directory->read("1"));
  EXPECT_TRUE(directory->remove("1"));
}

TEST_F(RunDirectoryTest, FollowsNoLinkInside) {
  const auto directory = open();
  const std::string elsewhere = base_.write("elsewhere", "secret");
  ASSERT_EQ(::symlink(elsewhere.c_str(), inner("1").c_str()), 0);
  EXPECT_FALSE(directory->read("1"));
  ASSERT_TRUE(directory->put("1", {"text"}));
  EXPECT_EQ((**directory->read("1")).text(), "text");
  std::ifstream untouched(elsewhere);
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(untouched), {}), "secret");
}

TEST_F(RunDirectoryTest, RefusesADirectoryThatIsALink) {
  ASSERT_TRUE(open());
  ASSERT_EQ(::rename(base_.path("run/smb").c_str(), base_.path("other").c_str()), 0);
  ASSERT_EQ(::symlink(base_.path("other").c_str(), base_.path("run/smb").c_str()), 0);
  EXPECT_FALSE(open());
}

TEST_F(RunDirectoryTest, RefusesADirectoryThatOthersCanReadOrWrite) {
  ASSERT_TRUE(open());
  for (const mode_t mode : {0777U, 0722U, 0755U, 0750U}) {
    ASSERT_EQ(::chmod(base_.path("run/smb").c_str(), mode), 0);
    EXPECT_FALSE(open()) << std::oct << mode;
  }
}

TEST_F(RunDirectoryTest, RefusesAFileThatOthersCanReadOrWrite) {
  const auto directory = open();
  ASSERT_TRUE(directory->put("1", {"text"}));
  ASSERT_EQ(::chmod(inner("1").c_str(), 0644), 0);
  EXPECT_FALSE(directory->read("1"));
}

TEST_F(RunDirectoryTest, ListsNoFileThatIsStillBeingWritten) {
  const auto directory = open();
  ASSERT_NE(::mknod(inner(".2").c_str(), S_IFREG | 0600, 0), -1);
  EXPECT_TRUE(directory->names()->empty());
  ASSERT_TRUE(directory->put("2", {"text"}));
  EXPECT_THAT(*directory->names(), testing::ElementsAre("2"));
}

}  // namespace
}  // namespace twinlock
