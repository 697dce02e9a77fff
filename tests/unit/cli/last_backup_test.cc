#include "cli/backup/last_backup.h"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_directory.h"

namespace twinlock {
namespace {

TEST(LastBackup, IsReadAsItWasWrittenAndNoneBefore) {
  const test::TempDirectory directory;
  Config config;
  config.store.state_dir = directory.file("state");  // is made
  const auto none = read_last_backup(config);
  ASSERT_TRUE(none);
  EXPECT_FALSE(*none);
  ASSERT_TRUE(write_last_backup(config, {{1700000000}, 900, "/var/backups/x"}));
  ASSERT_TRUE(write_last_backup(config, {{1700000001}, 901, "/var/backups/y"}));
  const auto last = read_last_backup(config);
  ASSERT_TRUE(last && *last);
  EXPECT_EQ((**last).made, UnixTime{1700000001});
  EXPECT_EQ((**last).users, 901U);
  EXPECT_EQ((**last).file, "/var/backups/y");
}

TEST(LastBackup, ThatCannotBeReadIsAnError) {
  const test::TempDirectory directory;
  Config config;
  config.store.state_dir = directory.path();
  for (const auto* text : {"", "{}", R"({"made":"1","users":1,"file":""})", R"({"made":1,"users":-1,"file":""})"}) {
    std::ofstream(directory.file("last-backup")) << text;
    const auto last = read_last_backup(config);
    ASSERT_FALSE(last) << text;
    EXPECT_EQ(last.error().code, Error::Code::kStore);
  }
}

}  // namespace
}  // namespace twinlock
