// The lines of ours in smbd's PAM stack.
#include <gtest/gtest.h>

#include "cli/setup/samba_files.h"

namespace twinlock {
namespace {

constexpr const char* kSambaAccount = "account    requisite    pam_twinlock.so\n";
constexpr const char* kSambaSession = "session    required     pam_twinlock.so\n";

std::string lines_in(const std::string& stack, const PamTexts& others = {}) {
  PamTexts texts{{"common-auth", "auth required pam_unix.so\n"},
                 {"common-account",
                  "account [success=1 new_authtok_reqd=done default=ignore] pam_unix.so\n"
                  "account requisite pam_deny.so\naccount required pam_permit.so\n"},
                 {"common-session-noninteractive", "session required pam_unix.so\n"},
                 {"smb-common", "account required pam_unix.so\n"},
                 {"password-auth",
                  "auth required pam_unix.so\naccount required pam_unix.so\n"
                  "session required pam_unix.so\npassword required pam_unix.so\n"}};
  for (const auto& [name, text] : others) texts[name] = text;
  texts["samba"] = stack;
  const auto text = with_samba_lines(texts);
  return text ? *text : text.error().text();
}

TEST(WithSambaLines, StandsFirstOfAccountAndLastOfSessionOnDebian) {
  EXPECT_EQ(lines_in("@include common-auth\n@include common-account\n@include common-session-noninteractive\n"),
            std::string("@include common-auth\n") + kSambaAccount +
                "@include common-account\n@include common-session-noninteractive\n" + kSambaSession);
}

TEST(WithSambaLines, StandsFirstOfAccountAndLastOfSessionOnFedora) {
  EXPECT_EQ(lines_in("#%PAM-1.0\nauth       required     pam_nologin.so\n"
                     "auth       include      password-auth\naccount    include      password-auth\n"
                     "session    include      password-auth\npassword   include      password-auth\n"),
            std::string("#%PAM-1.0\nauth       required     pam_nologin.so\n"
                        "auth       include      password-auth\n") +
                kSambaAccount +
                "account    include      password-auth\n"
                "session    include      password-auth\npassword   include      password-auth\n" +
                kSambaSession);
}

TEST(WithSambaLines, ChangesNothingTheSecondTime) {
  const std::string once = lines_in("-account required pam_unix.so\n");
  EXPECT_EQ(once, std::string(kSambaAccount) + "-account required pam_unix.so\n" + kSambaSession);
  EXPECT_EQ(lines_in(once), once);
}

TEST(WithSambaLines, CountsNoRemarkAsOurs) {
  EXPECT_EQ(lines_in("# account requisite pam_twinlock.so\n"),
            std::string("# account requisite pam_twinlock.so\n") + kSambaAccount + kSambaSession);
}

TEST(WithSambaLines, ReplacesALineOfOursThatWouldNotCount) {
  const std::string rest = "account    required     pam_unix.so\n";
  for (const std::string weak :
       {"account    optional     pam_twinlock.so\n", "account [default=ignore] pam_twinlock.so\n",
        "account sufficient /usr/lib/security/pam_twinlock.so debug\n"}) {
    EXPECT_EQ(lines_in(weak + rest + kSambaSession), kSambaAccount + rest + kSambaSession);
  }
  EXPECT_EQ(lines_in("account sufficient pam_permit.so\naccount required pam_twinlock.so\n"),
            std::string(kSambaAccount) + "account sufficient pam_permit.so\n" + kSambaSession);
}

TEST(WithSambaLines, LeavesALineOfOursThatCounts) {
  const std::string stack = std::string("account required pam_twinlock.so debug # first\n") + kSambaSession;
  EXPECT_EQ(lines_in(stack), stack);
}

TEST(WithSambaLines, BelievesNoRemarkBehindALine) {
  EXPECT_EQ(lines_in("account required pam_unix.so # not pam_twinlock.so\n"),
            std::string(kSambaAccount) + "account required pam_unix.so # not pam_twinlock.so\n" + kSambaSession);
}

TEST(WithSambaLines, StandsBeforeAnIncludeThatMayHoldAnything) {
  EXPECT_EQ(lines_in("@include smb-common\n"), std::string(kSambaAccount) + "@include smb-common\n" + kSambaSession);
}

TEST(WithSambaLines, RefusesATextThatEndsInTheMiddleOfALine) {
  const auto text = with_samba_lines({{"samba", "account required pam_unix.so \\\n"}});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Error::Code::kConfig);
}

TEST(WithSambaLines, AreNotSwallowedByALineThatGoesOn) {
  EXPECT_EQ(lines_in("auth required pam_unix.so \\\naccount=odd\nsession required pam_unix.so\n"),
            "auth required pam_unix.so \\\naccount=odd\nsession required pam_unix.so\n" + std::string(kSambaAccount) +
                kSambaSession);
}

TEST(WithSambaLines, StandsBeforeAnIncludeOfWhateverNameThatBringsAccountLines) {
  const PamTexts site{{"auth-rules", "session optional pam_motd.so\naccount sufficient pam_localuser.so\n"}};
  for (const char* include :
       {"@include auth-rules\n", "account include auth-rules\n", "account substack auth-rules\n"}) {
    EXPECT_EQ(lines_in(include + std::string(kSambaAccount), site),
              std::string(kSambaAccount) + include + kSambaSession);
  }
}

TEST(WithSambaLines, LeavesALineOfOursThatAnIncludeBringsFirst) {
  const PamTexts site{{"guarded", std::string(kSambaAccount) + kSambaSession}};
  EXPECT_EQ(lines_in("@include guarded\naccount required pam_unix.so\n", site),
            "@include guarded\naccount required pam_unix.so\n");
}

TEST(WithSambaLines, TakesNotThePlaceOfTheStackNamedOther) {
  const PamTexts other{{"other", "account required pam_access.so\nsession required pam_limits.so\n"}};
  for (const char* stack : {"auth required pam_unix.so\n", "session required pam_unix.so\n"}) {
    EXPECT_NE(lines_in(stack, other).find("the stack named other"), std::string::npos) << stack;
  }
}

TEST(WithSambaLines, RefusesWhereASessionCouldMissOurs) {
  EXPECT_FALSE(with_samba_lines({{"samba", "account required pam_unix.so\nsession sufficient pam_unix.so\n"}}));
}

TEST(WithSambaLines, TakesThePackagedStackOnlyWhereItsIncludesAre) {
  EXPECT_FALSE(with_samba_lines({}));
  EXPECT_TRUE(with_samba_lines({{"common-account", "account required pam_unix.so\n"},
                                {"common-session-noninteractive", "session required pam_unix.so\n"}}));
}

}  // namespace
}  // namespace twinlock
