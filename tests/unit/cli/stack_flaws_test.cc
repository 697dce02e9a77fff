// What setup holds against a stack, and what the assumed modules of others may do.
#include "cli/setup/stack_flaws.h"

#include <gmock/gmock.h>

#include "cli/setup/stack_text.h"

namespace twinlock {
namespace {

using testing::HasSubstr;

constexpr const char* kKey = "auth [success=1 default=ignore] pam_twinlock.so after_publickey\n";
constexpr const char* kPassword = "auth requisite pam_unix.so\n";
constexpr const char* kCode = "auth required pam_twinlock.so\n";

PamStack stack_of(const std::string& text) {
  return load_pam_stack(files_of({{"sshd", text}, {"inner", "auth required pam_unix.so\nauth required pam_deny.so\n"}}),
                        "sshd");
}

std::string auth(const std::string& text) { return flaw_of_auth(stack_of(text)); }
std::string account(const std::string& text, PamHost host = PamHost::kSshd) {
  return flaw_of_account(stack_of(text), host);
}
std::string session(const std::string& text) { return flaw_of_session(stack_of(text), PamHost::kSshd); }

TEST(FlawOfAuth, IsFound) {
  EXPECT_EQ(auth(kPassword), "it asks for no code");
  EXPECT_THAT(auth(kCode), HasSubstr("to check the password"));
  EXPECT_THAT(auth(std::string("auth required pam_unix.so\n") + kCode), HasSubstr("used up"));
  EXPECT_THAT(auth(std::string(kPassword) + "auth optional pam_twinlock.so\n"), HasSubstr("without a right code"));
  EXPECT_THAT(auth(std::string("auth substack inner\n") + kCode), HasSubstr("used up"));
  EXPECT_THAT(auth(std::string(kPassword) + kCode), HasSubstr("beside a key"));
  EXPECT_THAT(auth("auth [success=2 default=ignore] pam_twinlock.so after_publickey\n" + std::string(kPassword) +
                   kCode + "auth required pam_permit.so\n"),
              HasSubstr("with a key and no code"));
  EXPECT_EQ(auth(std::string(kKey) + kPassword + kCode), "");
}

TEST(FlawOfAuth, CountsTheSecondFactorsOfOthersAsOpenToWhoIsNotEnrolledThere) {
  for (const char* module : {"pam_google_authenticator.so nullok", "pam_duo.so", "pam_u2f.so nouserok", "pam_oath.so",
                             "pam_yubico.so", "pam_otpw.so"}) {
    const std::string before = std::string("auth sufficient ") + module + "\n";
    EXPECT_THAT(auth(std::string(kKey) + kPassword + before + kCode), HasSubstr("without a right code")) << module;
    EXPECT_THAT(auth(before + kKey + kPassword + kCode), HasSubstr("without a right code")) << module;
    EXPECT_EQ(auth(std::string(kKey) + kPassword + kCode + "auth required " + module + "\n"), "") << module;
  }
}

TEST(FlawOfAuth, CountsEveryWayInWhichAPasswordCanBeRefused) {
  for (const char* refusal : {"authinfo_unavail", "maxtries", "cred_insufficient", "service_err"}) {
    const std::string lax = std::string("auth [success=ok ") + refusal + "=ignore default=die] pam_ldap.so\n";
    EXPECT_THAT(auth(std::string(kKey) + lax + kCode), HasSubstr("used up")) << refusal;
  }
  EXPECT_THAT(auth(kKey + std::string("auth requisite pam_sss.so ignore_authinfo_unavail\n") + kCode),
              HasSubstr("used up"));
}

TEST(FlawOfAuth, LetsUnknownModulesAnswerWhateverTheirLineNames) {
  const std::string odd = "auth [service_err=1 default=ignore] pam_strange.so\n";
  EXPECT_THAT(auth(std::string(kKey) + kPassword + odd + kCode + "auth required pam_permit.so\n"),
              HasSubstr("without a right code"));
}

TEST(FlawOfAuth, CountsErrorsOfOursAndOfModulesThatPrepare) {
  const std::string lax = "auth [success=ok system_err=ignore default=die] pam_twinlock.so\n";
  EXPECT_THAT(auth(std::string(kKey) + kPassword + lax), HasSubstr("without a right code"));
  const std::string skips = "auth [success=ok default=1] pam_env.so user_readenv=1\n";
  EXPECT_THAT(auth(std::string(kKey) + kPassword + skips + kCode + "auth required pam_permit.so\n"),
              HasSubstr("without a right code"));
  EXPECT_THAT(auth(kKey + std::string("auth requisite pam_radius_auth.so localifdown\n") + kCode),
              HasSubstr("used up"));
  EXPECT_THAT(
      account("account [success=ok conv_err=ignore default=die] pam_twinlock.so\naccount required pam_unix.so\n"),
      HasSubstr("that we refuse"));
}

TEST(FlawOfAccount, IsFound) {
  EXPECT_EQ(account("account required pam_unix.so\n"), "it does not ask us");
  EXPECT_EQ(account("account required pam_unix.so\naccount required pam_twinlock.so\n"), "");
  for (const char* before :
       {"account sufficient pam_localuser.so\n", "account [new_authtok_reqd=done success=ok] pam_unix.so\n",
        "account [success=1 default=ignore] pam_succeed_if.so\n"}) {
    EXPECT_THAT(account(std::string(before) + "account required pam_twinlock.so\naccount required pam_permit.so\n"),
                HasSubstr("that we refuse"))
        << before;
  }
  EXPECT_THAT(account("account required pam_twinlock.so\naccount required pam_deny.so\n"), HasSubstr("nobody"));
}

TEST(FlawOfAccount, WantsOursFirstInSambasStack) {
  const std::string late = "account required pam_unix.so\naccount required pam_twinlock.so\n";
  EXPECT_EQ(account(late, PamHost::kSmbd), "ours does not come first");
  EXPECT_EQ(account("account required pam_twinlock.so\n" + late, PamHost::kSmbd), "");
}

TEST(FlawOfSession, IsFound) {
  EXPECT_EQ(session("session required pam_unix.so\n"), "it does not tell us");
  EXPECT_EQ(session("session optional pam_unix.so\nsession required pam_twinlock.so\n"), "");
  EXPECT_EQ(session("session optional pam_unix.so\nsession optional pam_twinlock.so\n"), "");
  EXPECT_THAT(session("session required pam_twinlock.so\nsession required pam_unix.so\n"), HasSubstr("last"));
  EXPECT_THAT(session("session sufficient pam_unix.so\nsession required pam_twinlock.so\n"), HasSubstr("reach us"));
}

TEST(StackText, TakesAbsoluteNamesFromTheDiskAndNotFromAnotherFileOfThatName) {
  const PamTexts texts{{"a", "auth required pam_unix.so\n"}};
  const auto broken = [&](const char* text) { return StackText("sshd", text, files_of(texts)).load().broken; };
  EXPECT_TRUE(broken("@include /etc/site-pam/a\n"));
  EXPECT_FALSE(broken("@include a\n"));
}

TEST(PamQuoted, IsReadAsOneWord) {
  EXPECT_EQ(pam_quoted("nullok"), "nullok");
  EXPECT_EQ(pam_quoted("a b]c"), "[a b\\]c]");
}

}  // namespace
}  // namespace twinlock
