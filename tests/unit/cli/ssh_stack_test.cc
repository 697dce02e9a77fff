// The lines of ours in sshd's PAM stack: where they come, and where they are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/setup/ssh_files.h"

namespace twinlock {
namespace {

using testing::HasSubstr;

const std::string kKeyRemark =
    "# Who has given a key is not asked for the password; nothing else spares it. See pam_twinlock(8).\n";
const std::string kCodeRemark = "# The code, asked only of those who know the password or have the key.\n";
const std::string kSshAccount =
    "# Refuses logins that gave no code, such as those with a key alone.\n"
    "account    required     pam_twinlock.so\n";
const std::string kSshSession =
    "# Every factor has passed now: the login earns its lease. Must stand last.\n"
    "session    required     pam_twinlock.so\n";
const std::string kSshCode = kCodeRemark + "auth       required     pam_twinlock.so\n";

std::string key(int skipped) {
  return kKeyRemark + "auth       [success=" + std::to_string(skipped) +
         " default=ignore]  pam_twinlock.so after_publickey\n";
}

const std::string kCommonAuth =
    "auth\t[success=1 default=ignore]\tpam_unix.so "
    "nullok\nauth\trequisite\tpam_deny.so\nauth\trequired\tpam_permit.so\n";
const std::string kCommonAuthSssd =
    "auth\t[success=2 default=ignore]\tpam_unix.so nullok\nauth\t[success=1 default=ignore]\tpam_sss.so "
    "use_first_pass\n"
    "auth\trequisite\tpam_deny.so\nauth\trequired\tpam_permit.so\nauth\toptional\tpam_cap.so\n";
const std::string kCommonAccount =
    "account\t[success=1 new_authtok_reqd=done default=ignore]\tpam_unix.so\n"
    "account\trequisite\tpam_deny.so\naccount\trequired\tpam_permit.so\n";
const std::string kCommonSession =
    "session\t[default=1]\tpam_permit.so\nsession\trequisite\tpam_deny.so\nsession\trequired\tpam_permit.so\n"
    "session\trequired\tpam_unix.so\nsession\toptional\tpam_systemd.so\n";
const std::string kPostlogin = "session optional pam_umask.so silent\n";
const std::string kPasswordAuth =
    "auth        required                                     pam_env.so\n"
    "auth        required                                     pam_faildelay.so delay=2000000\n"
    "auth        [default=1 ignore=ignore success=ok]         pam_usertype.so isregular\n"
    "auth        [default=1 ignore=ignore success=ok]         pam_localuser.so\n"
    "auth        sufficient                                   pam_unix.so nullok\n"
    "auth        [default=1 ignore=ignore success=ok]         pam_usertype.so isregular\n"
    "auth        sufficient                                   pam_sss.so forward_pass\n"
    "auth        required                                     pam_deny.so\n"
    "account     required                                     pam_unix.so\n"
    "account     sufficient                                   pam_localuser.so\n"
    "account     sufficient                                   pam_usertype.so issystem\n"
    "account     [default=bad success=ok user_unknown=ignore] pam_sss.so\n"
    "account     required                                     pam_permit.so\n"
    "session     required                                     pam_unix.so\n"
    "session     optional                                     pam_sss.so\n";

Result<std::string> set_up(const std::string& stack, const PamTexts& others = {}) {
  PamTexts files{{"common-auth", kCommonAuth},       {"common-account", kCommonAccount},
                 {"common-session", kCommonSession}, {"common-password", "password requisite pam_unix.so\n"},
                 {"password-auth", kPasswordAuth},   {"postlogin", kPostlogin}};
  for (const auto& [name, text] : others) files[name] = text;
  files["sshd"] = stack;
  return with_ssh_lines(files);
}

// Debian 12, 13 and Ubuntu: the parts that differ stand in the middle, where nothing of ours goes.
const std::string kDebianHead = "# PAM configuration for the Secure Shell service\n\n# Standard Un*x authentication.\n";
const std::string kNologin =
    "\n# Disallow non-root logins when /etc/nologin exists.\naccount    required     pam_nologin.so\n\n"
    "# account  required     pam_access.so\n\n# Standard Un*x authorization.\n";
const std::string kDebianSession =
    "@include common-account\n"
    "session [success=ok ignore=ignore module_unknown=ignore default=bad]        pam_selinux.so close\n"
    "session    required     pam_loginuid.so\nsession    optional     pam_keyinit.so force revoke\n"
    "@include common-session\nsession    optional     pam_motd.so  motd=/run/motd.dynamic\n";
const std::string kDebian12 = "session    required     pam_env.so user_readenv=1 envfile=/etc/default/locale\n";
const std::string kDebian13 = "session    required     pam_env.so envfile=/etc/default/locale\n";
const std::string kUbuntu = "session    optional     pam_mail.so standard noenv # [1]\n" + kDebian12;
const std::string kSelinux =
    "session [success=ok ignore=ignore module_unknown=ignore default=bad]        pam_selinux.so open\n";
const std::string kTail = "\n# Standard Un*x password updating.\n@include common-password\n";

TEST(SshStack, IsWrittenIntoThatOfDebian12And13AndUbuntu) {
  for (const std::string& middle : {kDebian12, kDebian13, kUbuntu}) {
    const auto text =
        set_up(kDebianHead + "@include common-auth\n" + kNologin + kDebianSession + middle + kSelinux + kTail);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_EQ(*text, kDebianHead + key(1) + "auth       requisite    pam_unix.so\n" + kSshCode + kNologin +
                         kSshAccount + kDebianSession + middle + kSelinux + kSshSession + kTail);
  }
}

TEST(SshStack, KeepsTheIncludeOfASiteWithMoreModules) {
  const auto text =
      set_up(kDebianHead + "@include common-auth\n" + kNologin + kDebianSession, {{"common-auth", kCommonAuthSssd}});
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_EQ(*text, kDebianHead + key(5) + "@include common-auth\n" + kSshCode + kNologin + kSshAccount +
                       kDebianSession + kSshSession);
}

const std::string kFedoraRest = "account    required     pam_sepermit.so\naccount    required     pam_nologin.so\n";
const std::string kFedoraTail =
    "account    include      password-auth\npassword   include      password-auth\n"
    "session    required     pam_selinux.so close\nsession    include      password-auth\n"
    "session    include      postlogin\n";

TEST(SshStack, WritesOutThePasswordOfFedorasSubstack) {
  const auto text = set_up("#%PAM-1.0\nauth       substack     password-auth\nauth       include      postlogin\n" +
                           kFedoraRest + kFedoraTail);
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_EQ(*text, "#%PAM-1.0\nauth       required     pam_env.so\n" + key(2) +
                       "auth       [success=1 default=ignore]  pam_unix.so\n"
                       "auth       requisite    pam_sss.so use_first_pass\n" +
                       kSshCode + "auth       include      postlogin\n" + kFedoraRest + kSshAccount + kFedoraTail +
                       kSshSession);
}

TEST(SshStack, RefusesASubstackWithModulesThatItCannotPlace) {
  const auto text = set_up("auth substack password-auth\n" + kFedoraRest + kFedoraTail,
                           {{"password-auth", "auth required pam_faillock.so preauth\n" + kPasswordAuth}});
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().code, Error::Code::kConfig);
  EXPECT_THAT(text.error().mend, HasSubstr("by hand"));
}

TEST(SshStack, ChangesNothingTheSecondTime) {
  const auto once = set_up(kDebianHead + "@include common-auth\n" + kNologin + kDebianSession + kTail);
  ASSERT_TRUE(once);
  const auto twice = set_up(*once);
  ASSERT_TRUE(twice);
  EXPECT_EQ(*once, *twice);
}

TEST(SshStack, MendsOurOwnLinesWhereTheyStandWrong) {
  const std::string good = key(1) + "auth       requisite    pam_unix.so\n" + kSshCode + kSshAccount +
                           "@include common-account\n" + "@include common-session\n" + kSshSession;
  const std::string password = "auth       requisite    pam_unix.so\n";
  const std::string rest = "@include common-account\n@include common-session\n";
  for (const std::string& wrong :
       {"auth required pam_twinlock.so\n" + password + rest,  // the code before the password
        password + "auth optional pam_twinlock.so\n" + rest,  // a refusal that counts for nothing
        key(2) + password + kSshCode + rest,                  // a key spares the code
        password + kSshCode + "@include common-account\n" + kSshAccount + "@include common-session\n",  // too late
        password + kSshCode + "account sufficient pam_twinlock.so\n" + rest,
        password + kSshCode +
            "@include common-account\nsession required \\\n pam_twinlock.so\n@include common-session\n"}) {
    const auto text = set_up(wrong);
    ASSERT_TRUE(text) << text.error().text() << wrong;
    EXPECT_EQ(*text, good) << wrong;
  }
}

TEST(SshStack, RefusesWhatWouldGoRoundUs) {
  for (const char* before : {"auth sufficient pam_rhosts.so\n", "auth [default=done] pam_permit.so\n"}) {
    EXPECT_FALSE(set_up(std::string(before) + "@include common-auth\n" + kNologin + kDebianSession)) << before;
  }
  EXPECT_FALSE(
      set_up("@include common-auth\naccount [success=done default=ignore] pam_succeed_if.so uid < 1000\n"
             "@include missing\n"));
}

TEST(SshStack, StandsBeforeAccountLinesThatCouldEndTheStack) {
  const auto text = set_up("@include common-auth\naccount sufficient pam_succeed_if.so uid < 1000\n" + kDebianSession);
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_THAT(*text, HasSubstr(kSshAccount + "account sufficient"));
}

TEST(SshStack, RefusesSplitWhichItDoesNotWrite) {
  const auto text = set_up("auth requisite pam_twinlock.so split\nauth requisite pam_unix.so use_first_pass\n" +
                           kSshCode + kSshAccount + kDebianSession + kSshSession);
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().why, HasSubstr("split"));
}

TEST(SshStack, WritesOutOnlyAlternatives) {
  const std::string rest = "account required pam_unix.so\n";
  for (const char* both :
       {"auth required pam_unix.so\nauth required pam_sss.so use_first_pass\n",  // a user must be known to both
        "auth requisite pam_unix.so\nauth sufficient pam_sss.so use_first_pass\nauth required pam_deny.so\n",
        "auth [success=ok user_unknown=ignore default=die] pam_unix.so\nauth sufficient pam_sss.so use_first_pass\n"
        "auth required pam_deny.so\n"}) {
    EXPECT_FALSE(set_up("auth substack site\n" + rest, {{"site", both}})) << both;
  }
  const auto either = set_up("auth substack site\n" + rest,
                             {{"site", "auth sufficient pam_unix.so\nauth required pam_sss.so use_first_pass\n"}});
  ASSERT_TRUE(either) << either.error().text();
  EXPECT_THAT(*either, HasSubstr("auth       [success=1 default=ignore]  pam_unix.so\n"
                                 "auth       requisite    pam_sss.so use_first_pass\n"));
}

TEST(SshStack, LeavesOutNoModuleThatCouldRefuse) {
  for (const char* before : {"auth required pam_localuser.so\n", "auth requisite pam_usertype.so isregular\n"}) {
    const std::string site =
        std::string(before) + "auth sufficient pam_unix.so\nauth sufficient pam_sss.so\nauth required pam_deny.so\n";
    EXPECT_FALSE(set_up("auth substack site\naccount required pam_unix.so\n", {{"site", site}})) << before;
  }
}

TEST(SshStack, KeepsTheOtherLinesOfWhatItWritesOut) {
  const std::string site =
      "auth sufficient pam_unix.so\nauth required pam_deny.so\naccount required pam_access.so\n"
      "session required pam_limits.so\npassword required pam_unix.so\n";
  const auto text = set_up("@include site\nsession optional pam_motd.so\n", {{"site", site}});
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_EQ(*text, key(1) + "auth       requisite    pam_unix.so\n" + kSshCode + kSshAccount +
                       "account    include      site\npassword   include      site\nsession    include      site\n"
                       "session optional pam_motd.so\n" +
                       kSshSession);
}

TEST(SshStack, KeepsLinesOfOtherKindsAmongThoseForThePassword) {
  const auto text = set_up(
      "auth substack first\n# a remark\naccount required pam_access.so\nauth [success=1 default=ignore] pam_sss.so\n"
      "auth requisite pam_deny.so\nauth required pam_permit.so\nsession required pam_limits.so\n",
      {{"first", "auth sufficient pam_unix.so\n"}});
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_THAT(*text, HasSubstr("# a remark\n" + kSshAccount + "account required pam_access.so\n"));
  const auto plain = set_up(
      "auth [success=2 default=ignore] pam_unix.so\naccount required pam_access.so\nauth [success=1 default=ignore] "
      "pam_sss.so use_first_pass\nauth requisite pam_deny.so\nauth required pam_permit.so\n");
  ASSERT_TRUE(plain) << plain.error().text();
  EXPECT_THAT(*plain, HasSubstr("\n" + kSshAccount + "account required pam_access.so\n"));
  EXPECT_THAT(*plain, HasSubstr(key(4) + "auth [success=2 default=ignore] pam_unix.so\n"));
}

TEST(SshStack, StandsBeforeEveryAccountLineButThoseOfMaintenance) {
  for (const char* other :
       {"account required pam_access.so\n", "account required pam_unix.so\n", "account sufficient pam_nologin.so\n",
        "account [success=1 default=ignore] pam_succeed_if.so uid < 100\n"}) {
    const auto text =
        set_up("@include common-auth\naccount requisite pam_nologin.so\n" + std::string(other) + kDebianSession);
    ASSERT_TRUE(text) << text.error().text();
    EXPECT_THAT(*text, HasSubstr("account requisite pam_nologin.so\n" + kSshAccount + other));
  }
}

TEST(SshStack, LeavesAnAccountLineThatCountsWhereItStands) {
  const std::string good = key(1) + "auth requisite pam_unix.so\n" + kSshCode +
                           "account required pam_access.so\naccount required pam_unix.so\n" + kSshAccount + kSshSession;
  const auto text = set_up(good);
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_EQ(*text, good);
}

TEST(SshStack, RefusesWhatPamDoesNotUnderstand) {
  const std::string rest = kNologin + kDebianSession;
  for (const char* odd : {"auth required\n", "auth perhaps pam_unix.so\n", "@include nowhere\n", "auth include no\n",
                          "sesion required pam_unix.so\n", "session include nowhere\n", "auth required \\\n"}) {
    const auto text = set_up("@include common-auth\n" + rest + odd);
    ASSERT_FALSE(text) << odd;
    EXPECT_THAT(text.error().mend, HasSubstr("by hand"));
  }
  EXPECT_FALSE(set_up("@include round\n", {{"round", "@include round\n"}}));
}

TEST(SshStack, TakesNotThePlaceOfTheStackNamedOther) {
  const auto text = set_up("@include common-auth\n", {{"other", "account required pam_access.so\n"}});
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().why, HasSubstr("the stack named other"));
}

TEST(SshStack, GoesOnAsLibpamDoes) {
  const auto text = set_up("auth required \\\n# in between\n\n  pam_env.so\n# a remark \\\n@include common-auth\n" +
                           kNologin + kDebianSession);
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_THAT(*text, HasSubstr("  pam_env.so\n# a remark \\\n" + key(1)));
}

}  // namespace
}  // namespace twinlock
