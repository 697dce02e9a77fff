#include "cli/setup/ssh_files.h"

#include <gtest/gtest.h>

#include "cli/setup/packaged_files.h"

namespace twinlock {
namespace {

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
