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

TEST(SambaLinesIn, ReadsNamesAsSambaDoes) {
  const auto lines = samba_lines_in(
      "[global]\n  Config File = /etc/other.conf \n; include = no\n# include = no\n include=/etc/%m.conf\n"
      "inc\\\nlude = /etc/\\\nlong.conf\n[a = b]\nnothing\n");
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[0].name + " " + lines[0].value, "configfile /etc/other.conf");
  EXPECT_EQ(lines[1].name + " " + lines[1].value, "include /etc/%m.conf");
  EXPECT_EQ(lines[2].name + " " + lines[2].value, "include /etc/long.conf");
}

TEST(SambaLinesIn, EndARemarkWithItsLineWhateverItEndsWith) {
  const auto lines = samba_lines_in("# \\\\server\\data\\\nconfig file = /x\n  ; a \\\ninclude = /y.%m\n");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].name, "configfile");
  EXPECT_EQ(lines[1].name, "include");
}

TEST(PatternOfMacros, StandsForEveryNameThatCouldBe) {
  EXPECT_EQ(pattern_of_macros("/etc/samba/%m.[x].conf"), "/etc/samba/*.\\[x].conf");
  EXPECT_EQ(pattern_of_macros("/etc/%$(HOME)/a%U"), "/etc/*/a*");
  EXPECT_EQ(pattern_of_macros("/etc/%$(HOME"), "/etc/*");
  EXPECT_EQ(pattern_of_macros("/etc/a%"), "/etc/a%");
}

}  // namespace
}  // namespace twinlock
