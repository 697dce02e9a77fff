#include "cli/doctor/machine_verdict.h"

#include <gtest/gtest.h>
#include <linux/magic.h>

#include "cli/doctor/doctor_view.h"

namespace twinlock {
namespace {

Health result_of(const Findings& findings, const std::string& id) {
  for (const Finding& finding : findings.all()) {
    if (finding.id == id) return finding.result;
  }
  ADD_FAILURE() << "no " << id;
  return Health::kOk;
}

Health file_system(std::uint64_t type) {
  Findings findings;
  judge_file_system({"/var/lib/twinlock/users", type}, findings);
  return result_of(findings, "store.file-system");
}

TEST(JudgeFileSystem, KnowsWhichKeepThePromises) {
  EXPECT_EQ(Health::kOk, file_system(EXT4_SUPER_MAGIC));
  EXPECT_EQ(Health::kOk, file_system(0x58465342));  // XFS
  EXPECT_EQ(Health::kWarn, file_system(BTRFS_SUPER_MAGIC));
  EXPECT_EQ(Health::kWarn, file_system(0x12345678));
  EXPECT_EQ(Health::kFail, file_system(NFS_SUPER_MAGIC));
  EXPECT_EQ(Health::kFail, file_system(OVERLAYFS_SUPER_MAGIC));
  EXPECT_EQ(Health::kFail, file_system(TMPFS_MAGIC));
}

Findings space(Volume volume) {
  Findings findings;
  volume.path = "/var/lib/twinlock";
  judge_space(volume, findings);
  return findings;
}

TEST(JudgeSpace, TellsFullFromAlmostFull) {
  constexpr std::uint64_t kGibibyte = 1ULL << 30;
  EXPECT_TRUE(space({"", 0, 10 * kGibibyte, kGibibyte, 100000, 50000}).all().empty());
  EXPECT_EQ(Health::kWarn, result_of(space({"", 0, 10 * kGibibyte, 100 << 20, 100000, 50000}), "space.free"));
  EXPECT_EQ(Health::kFail, result_of(space({"", 0, 10 * kGibibyte, 1 << 20, 100000, 50000}), "space.free"));
  EXPECT_EQ(Health::kWarn, result_of(space({"", 0, 10 * kGibibyte, kGibibyte, 100000, 500}), "space.free"));
  EXPECT_EQ(Health::kFail, result_of(space({"", 0, 10 * kGibibyte, kGibibyte, 100000, 0}), "space.free"));
  EXPECT_TRUE(space({"", 0, 10 * kGibibyte, kGibibyte, 0, 0}).all().empty());  // Btrfs counts no inodes
  EXPECT_EQ(Health::kFail, result_of(space({"", 0, kGibibyte, kGibibyte, 0, 0, true}), "space.read-only"));
}

TEST(JudgeClock, WarnsOfADriftingClockAndFailsAWrongYear) {
  Findings findings;
  judge_clock({UnixTime{100}, false}, findings);
  EXPECT_EQ(Health::kFail, result_of(findings, "clock.year"));
  EXPECT_EQ(Health::kWarn, result_of(findings, "clock.sync"));
}

TEST(JudgeConfinement, WantsOurRulesWhereSomebodyEnforces) {
  Findings open;
  judge_confinement({}, open);
  EXPECT_EQ(0U, open.count(Health::kFail));
  Findings bare;
  judge_confinement({true, "abrt\nsamba\n", "/usr/sbin/smbd (enforce)\n", ""}, bare);
  EXPECT_EQ(Health::kFail, result_of(bare, "selinux.policy"));
  EXPECT_EQ(Health::kFail, result_of(bare, "apparmor.smbd"));
  Findings ours;
  judge_confinement({true, "samba\ntwinlock\n", "smbd (enforce)\n", "/var/lib/twinlock/** rwk,\n"}, ours);
  EXPECT_EQ(0U, ours.count(Health::kFail));
  Findings complaining;
  judge_confinement({false, "", "smbd (complain)\n", ""}, complaining);
  EXPECT_EQ(0U, complaining.count(Health::kFail));
}

TEST(NagiosLine, IsOneLineWithoutStrayBars) {
  Findings findings;
  findings.warn("a.b", "warned", "mend");
  findings.fail("ssh.config", "two\nlines | and a bar\n", "mend");
  EXPECT_EQ("TWINLOCK CRITICAL - 2 checks, ssh.config: two lines / and a bar (and 1 more) | fails=1 warns=1\n",
            nagios_line(findings));
  EXPECT_EQ("TWINLOCK OK - 0 checks | fails=0 warns=0\n", nagios_line(Findings{}));
}

}  // namespace
}  // namespace twinlock
