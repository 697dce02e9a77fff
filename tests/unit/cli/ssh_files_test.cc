#include "cli/setup/ssh_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/setup/packaged_files.h"

namespace twinlock {
namespace {

using testing::HasSubstr;

const std::string kKeyRemark =
    "# Who has given a key is not asked for the password; nothing else spares it. See pam_twinlock(8).\n";
const std::string kCodeRemark = "# The code, asked only of those who know the password or have the key.\n";
const std::string kAccount =
    "# Refuses logins that gave no code, such as those with a key alone.\n"
    "account    required     pam_twinlock.so\n";
const std::string kSession =
    "# Every factor has passed now: the login earns its lease. Must stand last.\n"
    "session    required     pam_twinlock.so\n";
const std::string kCode = kCodeRemark + "auth       required     pam_twinlock.so\n";

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

Result<std::string> set_up(const std::string& stack, const PamFiles& others = {}) {
  PamFiles files{{"common-auth", kCommonAuth},       {"common-account", kCommonAccount},
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
    EXPECT_EQ(*text, kDebianHead + key(1) + "auth       requisite    pam_unix.so\n" + kCode + kNologin + kAccount +
                         kDebianSession + middle + kSelinux + kSession + kTail);
  }
}

TEST(SshStack, KeepsTheIncludeOfASiteWithMoreModules) {
  const auto text =
      set_up(kDebianHead + "@include common-auth\n" + kNologin + kDebianSession, {{"common-auth", kCommonAuthSssd}});
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_EQ(*text,
            kDebianHead + key(5) + "@include common-auth\n" + kCode + kNologin + kAccount + kDebianSession + kSession);
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
                       kCode + "auth       include      postlogin\n" + kFedoraRest + kAccount + kFedoraTail + kSession);
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
  const std::string good = key(1) + "auth       requisite    pam_unix.so\n" + kCode + kAccount +
                           "@include common-account\n" + "@include common-session\n" + kSession;
  const std::string password = "auth       requisite    pam_unix.so\n";
  const std::string rest = "@include common-account\n@include common-session\n";
  for (const std::string& wrong :
       {"auth required pam_twinlock.so\n" + password + rest,  // the code before the password
        password + "auth optional pam_twinlock.so\n" + rest,  // a refusal that counts for nothing
        key(2) + password + kCode + rest,                     // a key spares the code
        password + kCode + "@include common-account\n" + kAccount + "@include common-session\n",  // too late
        password + kCode + "account sufficient pam_twinlock.so\n" + rest,
        password + kCode +
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
  EXPECT_THAT(*text, HasSubstr(kAccount + "account sufficient"));
}

TEST(SshStack, RefusesSplitWhichItDoesNotWrite) {
  const auto text = set_up("auth requisite pam_twinlock.so split\nauth requisite pam_unix.so use_first_pass\n" + kCode +
                           kAccount + kDebianSession + kSession);
  ASSERT_FALSE(text);
  EXPECT_THAT(text.error().why, HasSubstr("split"));
}

std::string flaw(const std::string& stack) {
  const auto chain = pam_chain(stack, "auth", {{"inner", "auth required pam_unix.so\nauth required pam_deny.so\n"}});
  return chain ? flaw_of_auth(*chain) : chain.error().text();
}

TEST(PamChain, FindsEachFlaw) {
  EXPECT_EQ(flaw("auth requisite pam_unix.so\n"), "it asks for no code");
  EXPECT_THAT(flaw("auth required pam_twinlock.so\n"), HasSubstr("to check the password"));
  EXPECT_THAT(flaw("auth required pam_unix.so\nauth required pam_twinlock.so\n"), HasSubstr("used up"));
  EXPECT_THAT(flaw("auth requisite pam_unix.so\nauth optional pam_twinlock.so\n"), HasSubstr("without a right code"));
  EXPECT_THAT(flaw("auth substack inner\nauth required pam_twinlock.so\n"), HasSubstr("used up"));
  EXPECT_THAT(flaw("auth requisite pam_unix.so\nauth required pam_twinlock.so\n"), HasSubstr("beside a key"));
  EXPECT_THAT(flaw("auth [success=2 default=ignore] pam_twinlock.so after_publickey\nauth requisite pam_unix.so\n"
                   "auth required pam_twinlock.so\nauth required pam_permit.so\n"),
              HasSubstr("with a key and no code"));
  EXPECT_EQ(flaw("auth [success=1 default=ignore] pam_twinlock.so after_publickey\nauth requisite pam_unix.so\n"
                 "auth required pam_twinlock.so\n"),
            "");
}

TEST(PamChain, RefusesWhatPamWouldNotUnderstand) {
  for (const char* text :
       {"auth required\n", "auth perhaps pam_unix.so\n", "@include nowhere\n", "auth include nowhere\n"}) {
    EXPECT_FALSE(pam_chain(text, "auth", {})) << text;
  }
  EXPECT_FALSE(pam_chain("auth include a\n", "auth", {{"a", "auth include a\n"}}));
  // Another file of that name is not the one that PAM would read.
  EXPECT_FALSE(pam_chain("@include /etc/site-pam/a\n", "auth", {{"a", "auth required pam_unix.so\n"}}));
  EXPECT_TRUE(pam_chain("@include /etc/pam.d/a\n", "auth", {{"a", "auth required pam_unix.so\n"}}));
}

TEST(PamChain, GoesOnAsLibpamDoes) {
  const auto steps = [](const char* text) { return pam_chain(text, "auth", {})->size(); };
  EXPECT_EQ(steps("# a remark \\\nauth sufficient pam_permit.so\n"), 1U);
  EXPECT_EQ(steps("auth required pam_unix.so # a remark \\\nauth sufficient pam_permit.so\n"), 2U);
  EXPECT_EQ(steps("auth required \\  \n  pam_unix.so\n"), 1U);
}

TEST(SshDropIn, HasTheMethodsOfEachWay) {
  EXPECT_EQ(ssh_drop_in(SshWays::kPasswordAndCode), kPackagedSshDropIn);
  EXPECT_EQ(ssh_settings_of(ssh_drop_in(SshWays::kKeyAndCode)).at("authenticationmethods"),
            "publickey,keyboard-interactive:pam");
  EXPECT_EQ(ssh_settings_of(ssh_drop_in(SshWays::kEither)).at("authenticationmethods"),
            "publickey,keyboard-interactive:pam keyboard-interactive:pam");
}

TEST(WithSshDropIn, ChangesNothingWhereTheIncludeComesFirst) {
  for (const std::string text :
       {"# a remark\n\nInclude /etc/ssh/sshd_config.d/*.conf\nUsePAM no\n", "Port 22\ninclude sshd_config.d/*.conf\n",
        "Include \"/etc/ssh/sshd_config.d/10-*.conf\"\n", "Include=/nowhere/* /etc/ssh/sshd_config.d/*.conf\n"}) {
    EXPECT_EQ(with_ssh_drop_in(text), text);
  }
}

TEST(WithSshDropIn, IncludesItFirstWhereSomethingCouldWin) {
  for (const std::string text :
       {"", "UsePAM yes\nInclude /etc/ssh/sshd_config.d/*.conf\n", "#Include /etc/ssh/sshd_config.d/*.conf\n",
        "ChallengeResponseAuthentication no\nInclude /etc/ssh/sshd_config.d/*.conf\n",
        "Match User alice\nInclude /etc/ssh/sshd_config.d/*.conf\n", "Include /etc/ssh/other/*.conf\n",
        "Include /etc/ssh/site.conf\nInclude /etc/ssh/sshd_config.d/*.conf\n"}) {
    EXPECT_TRUE(with_ssh_drop_in(text).ends_with("Include /etc/ssh/sshd_config.d/10-twinlock.conf\n" + text)) << text;
    EXPECT_EQ(with_ssh_drop_in(with_ssh_drop_in(text)), with_ssh_drop_in(text));
  }
}

TEST(SshSettings, AreTheFirstOfEachKeywordUpToAMatch) {
  const auto settings = ssh_settings_of("usepam yes\nUsePAM no\n  PasswordAuthentication = no \nMatch all\nPort 1\n");
  EXPECT_EQ(settings.at("usepam"), "yes");
  EXPECT_EQ(settings.at("passwordauthentication"), "no");
  EXPECT_EQ(settings.size(), 2U);
}

TEST(AlwaysAsksPam, LooksAtEachList) {
  EXPECT_TRUE(always_asks_pam("publickey,keyboard-interactive:pam keyboard-interactive:pam"));
  for (const char* methods :
       {"", "any", "publickey", "publickey,keyboard-interactive:pam publickey", "keyboard-interactive"}) {
    EXPECT_FALSE(always_asks_pam(methods)) << methods;
  }
}

}  // namespace
}  // namespace twinlock
