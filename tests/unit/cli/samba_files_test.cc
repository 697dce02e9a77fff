#include "cli/setup/samba_files.h"

#include <gtest/gtest.h>

namespace twinlock {
namespace {

constexpr const char* kInclude = "[global]\n   include = /etc/samba/twinlock.conf\n";

TEST(WithDropIn, StandsBehindEverythingElse) {
  for (const std::string text :
       {"[global]\n   workgroup = EXAMPLE\n   # a remark\n\n[homes]\n   browseable = no\n", "",
        "[global]\n   include = /etc/samba/shares.conf\n", "[global]\n# a remark \\\n[data]\n"}) {
    EXPECT_EQ(with_drop_in(text), text + kInclude);
  }
}

TEST(WithDropIn, ChangesNothingTheSecondTime) {
  for (const std::string text : {"[global]\n   workgroup = EXAMPLE\n", "", "[homes]\n", "workgroup = EXAMPLE\\"}) {
    const std::string once = with_drop_in(text);
    EXPECT_EQ(with_drop_in(once), once) << text;
  }
}

TEST(WithDropIn, IsWrittenAgainWhereALaterSettingCouldWin) {
  const std::string text = std::string(kInclude) + "   obey pam restrictions = no\n";
  EXPECT_EQ(with_drop_in(text), text + kInclude);
}

TEST(WithDropIn, IsNotSwallowedByALineThatGoesOn) {
  EXPECT_EQ(with_drop_in("[global]\n  log file = /var/log/x \\"),
            std::string("[global]\n  log file = /var/log/x \\\n\n") + kInclude);
}

TEST(SettingsOf, AreThoseOfGlobal) {
  const auto settings = settings_of(
      "Load smb config files from /etc/samba/smb.conf\n\n[global]\n"
      "\tobey pam restrictions = Yes\n\tusername map = \n[data]\n\tobey pam restrictions = No\n");
  EXPECT_EQ(settings.at("obeypamrestrictions"), "Yes");
  EXPECT_EQ(settings.size(), 2U);
}

TEST(NamesOfSettings, PassOverRemarks) {
  EXPECT_EQ(names_of_settings("# a = b\n\nMap To Guest = Never\n"), std::vector<std::string>{"maptoguest"});
}

constexpr const char* kAccount = "account    requisite    pam_twinlock.so\n";
constexpr const char* kSession = "session    required     pam_twinlock.so\n";

TEST(WithSambaLines, StandsFirstOfAccountAndLastOfSessionOnDebian) {
  EXPECT_EQ(with_samba_lines("@include common-auth\n@include common-account\n@include common-session-noninteractive\n"),
            std::string("@include common-auth\n") + kAccount +
                "@include common-account\n@include common-session-noninteractive\n" + kSession);
}

TEST(WithSambaLines, StandsFirstOfAccountAndLastOfSessionOnFedora) {
  EXPECT_EQ(with_samba_lines("#%PAM-1.0\nauth       required     pam_nologin.so\n"
                             "auth       include      password-auth\naccount    include      password-auth\n"
                             "session    include      password-auth\npassword   include      password-auth\n"),
            std::string("#%PAM-1.0\nauth       required     pam_nologin.so\n"
                        "auth       include      password-auth\n") +
                kAccount +
                "account    include      password-auth\n"
                "session    include      password-auth\npassword   include      password-auth\n" +
                kSession);
}

TEST(WithSambaLines, ChangesNothingTheSecondTime) {
  const std::string once = with_samba_lines("-account required pam_unix.so\n");
  EXPECT_EQ(once, std::string(kAccount) + "-account required pam_unix.so\n" + kSession);
  EXPECT_EQ(with_samba_lines(once), once);
}

TEST(WithSambaLines, CountsNoRemarkAsOurs) {
  EXPECT_EQ(with_samba_lines("# account requisite pam_twinlock.so\n"),
            std::string("# account requisite pam_twinlock.so\n") + kAccount + kSession);
}

TEST(WithSambaLines, ReplacesALineOfOursThatWouldNotCount) {
  const std::string rest = "account    required     pam_unix.so\n";
  for (const std::string weak :
       {"account    optional     pam_twinlock.so\n", "account [default=ignore] pam_twinlock.so\n",
        "account sufficient /usr/lib/security/pam_twinlock.so debug\n"}) {
    EXPECT_EQ(with_samba_lines(weak + rest + kSession), kAccount + rest + kSession);
  }
  EXPECT_EQ(with_samba_lines("account sufficient pam_permit.so\naccount required pam_twinlock.so\n"),
            std::string(kAccount) + "account sufficient pam_permit.so\n" + kSession);
}

TEST(WithSambaLines, LeavesALineOfOursThatCounts) {
  const std::string stack = std::string("account required pam_twinlock.so debug # first\n") + kSession;
  EXPECT_EQ(with_samba_lines(stack), stack);
}

TEST(WithSambaLines, BelievesNoRemarkBehindALine) {
  EXPECT_EQ(with_samba_lines("account required pam_unix.so # not pam_twinlock.so\n"),
            std::string(kAccount) + "account required pam_unix.so # not pam_twinlock.so\n" + kSession);
}

TEST(WithSambaLines, StandsBeforeAnIncludeThatMayHoldAnything) {
  EXPECT_EQ(with_samba_lines("@include smb-common\n"), std::string(kAccount) + "@include smb-common\n" + kSession);
}

TEST(WithSambaLines, AreNotSwallowedByALineThatGoesOn) {
  EXPECT_EQ(with_samba_lines("auth required pam_unix.so \\\naccount=odd\nsession required pam_unix.so \\\n"),
            "auth required pam_unix.so \\\naccount=odd\nsession required pam_unix.so \\\n\n" + std::string(kAccount) +
                kSession);
}

}  // namespace
}  // namespace twinlock
