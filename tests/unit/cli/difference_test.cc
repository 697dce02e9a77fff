#include <gtest/gtest.h>

#include "cli/setup/file_change.h"

namespace twinlock {
namespace {

TEST(DifferenceOf, ShowsWhatIsAddedAndRemovedWithTwoLinesAround) {
  const FileChange change{"/etc/x", "1\n2\n3\n4\n5\n6\n7\n", "1\n2\n3\nnew\n4\n5\n7\n"};
  EXPECT_EQ(difference_of(change), "--- /etc/x\n+++ /etc/x\n  …\n 2\n 3\n+new\n 4\n 5\n-6\n 7\n");
}

TEST(DifferenceOf, ShowsANewFileWhole) {
  EXPECT_EQ(difference_of({"/etc/x", std::nullopt, "1\n2\n"}), "--- /dev/null\n+++ /etc/x\n+1\n+2\n");
}

TEST(DifferenceOf, SteersNoTerminal) {
  EXPECT_EQ(difference_of({"/etc/x", "\x1b[2J\n", ""}), "--- /etc/x\n+++ /etc/x\n-?[2J\n");
}

}  // namespace
}  // namespace twinlock
