#include "cli/setup/samba_files.h"

#include <gtest/gtest.h>

namespace twinlock {
namespace {

constexpr const char* kInclude = "   include = /etc/samba/twinlock.conf\n";

TEST(WithDropIn, StandsBehindTheLastSettingOfGlobal) {
  EXPECT_EQ(
      with_drop_in("[global]\n   workgroup = EXAMPLE\n   # a remark\n\n[homes]\n   browseable = no\n"),
      std::string("[global]\n   workgroup = EXAMPLE\n") + kInclude + "   # a remark\n\n[homes]\n   browseable = no\n");
}

TEST(WithDropIn, ChangesNothingTheSecondTime) {
  for (const std::string text : {"[global]\n   workgroup = EXAMPLE\n", "", "[homes]\n", "workgroup = EXAMPLE\n"}) {
    const std::string once = with_drop_in(text);
    EXPECT_EQ(with_drop_in(once), once) << text;
  }
}

TEST(WithDropIn, IsWrittenAgainWhereALaterSettingCouldWin) {
  const std::string text = std::string("[global]\n") + kInclude + "   obey pam restrictions = no\n";
  EXPECT_EQ(with_drop_in(text), text + kInclude);
}

TEST(WithDropIn, FindsGlobalHoweverItIsWritten) {
  EXPECT_EQ(with_drop_in("[ GLOBAL ]\n"), std::string("[ GLOBAL ]\n") + kInclude);
  EXPECT_EQ(with_drop_in("; [global]\n[homes]\n"), std::string("[global]\n") + kInclude + "; [global]\n[homes]\n");
}

TEST(WithDropIn, ChoosesTheLastOfSeveralGlobals) {
  EXPECT_EQ(with_drop_in("[global]\n  a = 1\n[data]\n[global]\n  b = 2\n"),
            std::string("[global]\n  a = 1\n[data]\n[global]\n  b = 2\n") + kInclude);
}

TEST(WithDropIn, DoesNotBreakASettingThatGoesOn) {
  EXPECT_EQ(with_drop_in("[global]\n  hosts allow = 192.0.2.0/24 \\\n\n[data]\n"),
            std::string("[global]\n  hosts allow = 192.0.2.0/24 \\\n\n") + kInclude + "[data]\n");
}

TEST(WithDropIn, MakesGlobalWhereThereIsNone) { EXPECT_EQ(with_drop_in(""), std::string("[global]\n") + kInclude); }

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

}  // namespace
}  // namespace twinlock
