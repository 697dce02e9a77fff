// smb.conf as Samba reads it, and the arguments of smbd.
#include "cli/doctor/smb_conf_text.h"

#include <gmock/gmock.h>

#include <map>

#include "cli/doctor/smbd_start.h"

namespace twinlock {
namespace {

using testing::ElementsAre;

TEST(SmbConfLines, KnowNeitherCaseNorBlanksOfNames) {
  const auto lines =
      smb_conf_lines("[global]\n  Config  File= \"/x y\" \n;include=a\n # include=b\nguest ok = \\\n  yes\n");
  ASSERT_EQ(2U, lines.size());
  EXPECT_EQ("configfile", lines[0].name);
  EXPECT_EQ("/x y", lines[0].value);
  EXPECT_EQ("guestok", lines[1].name);
  EXPECT_EQ("yes", lines[1].value);
}

TEST(SmbConfLines, EndARemarkWithItsLineWhateverItEndsWith) {
  const auto lines = smb_conf_lines("# \\\\server\\data\\\nconfig file = /x\n  ; a \\\ninclude = /y.%m\n");
  ASSERT_EQ(2U, lines.size());
  EXPECT_EQ("configfile", lines[0].name);
  EXPECT_EQ("include", lines[1].name);
}

TEST(ReadSmbConf, GoesThroughIncludesAndStopsInCircles) {
  const std::map<std::string, std::string> files{{"/a", "include = /b\ninclude = /c.%m\n"},
                                                 {"/b", "include = /a\nconfig file = /d\ninclude = /e.%h\n"}};
  const auto tree = read_smb_conf("/a", [&](const std::string& path) {
    const auto found = files.find(path);
    return found == files.end() ? std::nullopt : std::optional(found->second);
  });
  EXPECT_THAT(tree.files, ElementsAre("/a", "/b"));
  using Kind = SmbConfSwitch::Kind;
  EXPECT_THAT(tree.switches,
              ElementsAre(SmbConfSwitch{Kind::kConfigFile, "/b", "/d"}, SmbConfSwitch{Kind::kInclude, "/a", "/c.%m"}));
}

TEST(PatternOf, TakesMacrosForAnything) {
  EXPECT_EQ("/etc/*/smb.*.conf", pattern_of("/etc/%L/smb.%m.conf"));
  EXPECT_EQ("/etc/*.conf", pattern_of("/etc/%$(NAME).conf"));
  EXPECT_EQ("/etc/*", pattern_of("/etc/%$(NAME"));
  EXPECT_EQ("/etc/*", pattern_of("/etc/%"));
}

TEST(SmbdStart, ReadsOptionsAsPoptDoes) {
  EXPECT_EQ("/a", smbd_start_of({"-D", "-s", "/a"}).config_file);
  EXPECT_EQ("/a", smbd_start_of({"-FSs/a"}).config_file);
  EXPECT_EQ("/a", smbd_start_of({"-d3", "-l", "/s", "--configfile=/a"}).config_file);
  EXPECT_EQ("/etc/samba/smb.conf", smbd_start_of({"-d", "3s", "--foreground"}).config_file);
  EXPECT_THAT(smbd_start_of({"--option", "a = b", "--option=c=d"}).options,
              ElementsAre("--option=a = b", "--option=c=d"));
}

}  // namespace
}  // namespace twinlock
