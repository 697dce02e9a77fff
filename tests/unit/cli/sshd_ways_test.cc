// The model of sshd, on what 9.2 and 10 print, and on stacks as text.
#include "cli/doctor/sshd_ways.h"

#include <gmock/gmock.h>

#include "cli/doctor/match_lines.h"
#include "cli/doctor/sshd_limits.h"

namespace twinlock {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

// As `sshd -T` of OpenSSH 9.2p1 and of 10 write the same settings, in the parts that matter.
constexpr const char* kNineTwo =
    "port 22\nusepam yes\nlogingracetime 120\nmaxauthtries 6\npermitrootlogin without-password\nusedns no\n"
    "pubkeyauthentication yes\nkbdinteractiveauthentication yes\npasswordauthentication no\ngssapiauthentication no\n"
    "hostbasedauthentication no\npermitemptypasswords no\npermituserenvironment no\n"
    "authenticationmethods keyboard-interactive:pam\n";
constexpr const char* kTen =
    "Port 22\nUsePAM yes\nPAMServiceName sshd\nLoginGraceTime 120\nMaxAuthTries 6\nPermitRootLogin prohibit-password\n"
    "UseDNS no\nPubkeyAuthentication yes\nKbdInteractiveAuthentication yes\nPasswordAuthentication no\n"
    "GSSAPIAuthentication no\nHostbasedAuthentication no\nPermitEmptyPasswords no\nPermitUserEnvironment no\n"
    "PerSourcePenalties crash:90.000 authfail:5.000 noauth:1.000\nAuthenticationMethods keyboard-interactive:pam\n";

constexpr const char* kGood =
    "auth [success=1 default=ignore] pam_twinlock.so after_publickey\nauth requisite pam_unix.so\n"
    "auth required pam_twinlock.so\naccount required pam_twinlock.so\naccount required pam_unix.so\n"
    "session required pam_twinlock.so\n";

PamStack sshd_stack(const std::string& text) {
  return load_pam_stack(
      [&](const std::string& name) {
        return name == "sshd" ? std::optional(PamFile{"sshd", text}) : std::nullopt;
      },
      "sshd");
}

bool all_installed(const PamHandler&) { return true; }

std::vector<std::string> failures(const std::string& settings, const std::string& stack_text) {
  Findings findings;
  const PamStack stack = sshd_stack(stack_text);
  const StackVerdict verdict(stack, PamHost::kSshd, all_installed);
  const SshdGuest guest{"alice", false, SshdSettings::parse(settings)};
  judge_ways(guest, verdict, findings);
  judge_settings(guest, verdict, findings);
  std::vector<std::string> ids;
  for (const Finding& finding : findings.all()) ids.push_back(finding.id);
  return ids;
}

std::string with(std::string settings, const std::string& line) {
  const std::string keyword = folded_case(line.substr(0, line.find(' ')));
  std::string changed;
  for (const std::string& old : split_text(settings, "\n")) {
    changed += (folded_case(old.substr(0, old.find(' '))) == keyword ? line : old) + "\n";
  }
  return changed;
}

TEST(SshdSettings, ReadsBothForms) {
  for (const char* form : {kNineTwo, kTen}) {
    const auto settings = SshdSettings::parse(form);
    EXPECT_TRUE(settings.is_on("usepam"));
    EXPECT_EQ(120, settings.seconds("logingracetime"));
    EXPECT_EQ("keyboard-interactive:pam", settings.value("authenticationmethods"));
    EXPECT_THAT(failures(form, kGood), ElementsAre());
  }
}

TEST(SshdSettings, ReadsTimesWithUnits) {
  EXPECT_EQ(300, SshdSettings::parse("LoginGraceTime 5m").seconds("logingracetime"));
  EXPECT_EQ(3690, SshdSettings::parse("x 1h1m30s").seconds("x"));
  EXPECT_FALSE(SshdSettings::parse("x none").seconds("x"));
}

TEST(SshdWays, FindsAKeyAloneInBothForms) {
  std::string without_account(kGood);
  without_account.erase(without_account.find("account required pam_twinlock.so\n"), 33);
  for (const char* form : {kNineTwo, kTen}) {
    EXPECT_THAT(failures(with(form, "AuthenticationMethods any"), kGood), ElementsAre());
    EXPECT_THAT(failures(with(form, "AuthenticationMethods any"), without_account), ElementsAre("ssh.key-only"));
    EXPECT_THAT(failures(with(form, "AuthenticationMethods publickey"), without_account), ElementsAre("ssh.key-only"));
  }
}

TEST(SshdWays, FindsThatUsePamNoOpensPasswordAndKey) {
  const auto open = with(with(with(kNineTwo, "usepam no"), "passwordauthentication yes"), "authenticationmethods any");
  EXPECT_THAT(failures(open, kGood), UnorderedElementsAre("ssh.key-only", "ssh.password-only", "ssh.use-pam"));
}

TEST(SshdWays, CountsKerberosAndHostsAmongTheWays) {
  const auto open = with(with(with(kNineTwo, "gssapiauthentication yes"), "hostbasedauthentication yes"),
                         "authenticationmethods any");
  EXPECT_THAT(failures(open, kGood), ElementsAre());
  EXPECT_THAT(
      failures(open, "auth required pam_unix.so\nauth required pam_twinlock.so\naccount required pam_permit.so\n"),
      UnorderedElementsAre("ssh.key-only", "ssh.gssapi-only", "ssh.hostbased-only"));
}

TEST(SshdWays, FindsPasswordAndKeyWithoutACodeOnlyWhereBothPartsOfTheStackFail) {
  const std::string no_code = "auth required pam_unix.so\naccount required pam_permit.so\n";
  EXPECT_THAT(failures(kNineTwo, no_code), ElementsAre("ssh.password-only"));
  EXPECT_THAT(failures(with(kNineTwo, "authenticationmethods publickey,keyboard-interactive:pam"), no_code),
              ElementsAre("ssh.key-only"));
  EXPECT_THAT(failures(kNineTwo, "auth required pam_unix.so\naccount required pam_twinlock.so\n"), ElementsAre());
}

TEST(SshdWays, WantsASplittingStackForThePasswordMethod) {
  const auto one_field = with(with(kTen, "PasswordAuthentication yes"), "AuthenticationMethods password");
  EXPECT_THAT(failures(one_field, kGood), ElementsAre("ssh.one-field"));
  EXPECT_THAT(failures(one_field,
                       "auth requisite pam_twinlock.so split\nauth requisite pam_unix.so use_first_pass\n"
                       "auth required pam_twinlock.so\naccount required pam_twinlock.so\n"),
              ElementsAre());
}

TEST(SshdWays, LetsRootInByKeyAtMostWhereItSaysSo) {
  const auto lists = [](const char* word) {
    return method_lists(
        {"root", true,
         SshdSettings::parse(with(with(kTen, std::string("PermitRootLogin ") + word), "AuthenticationMethods any"))});
  };
  EXPECT_THAT(lists("no"), ElementsAre());
  EXPECT_THAT(lists("prohibit-password"), ElementsAre(ElementsAre("publickey")));
  EXPECT_THAT(lists("yes"), ElementsAre(ElementsAre("publickey"), ElementsAre("keyboard-interactive")));
}

TEST(SshdWays, KnowTheKeyExchangeWithKerberos) {
  const std::string settings =
      with(with(kTen, "GSSAPIAuthentication yes"), "AuthenticationMethods gssapi-keyex") + "gssapikeyexchange yes\n";
  EXPECT_THAT(failures(settings, kGood), ElementsAre());
  EXPECT_THAT(failures(settings, "auth required pam_unix.so\naccount required pam_unix.so\n"),
              ElementsAre("ssh.gssapi-only"));
}

TEST(StackVerdict, BlamesTheLineThatSkips) {
  const PamStack stack = sshd_stack("auth sufficient pam_unix.so\nauth required pam_twinlock.so\n");
  const StackVerdict verdict(stack, PamHost::kSshd, all_installed);
  const auto hole = verdict.passes_auth({Given::kRight, Given::kWrong, Key::kNone});
  ASSERT_TRUE(hole);
  EXPECT_EQ("sshd:1 (pam_unix) skips sshd:2 (pam_twinlock)",
            place_to_blame(stack.of(PamFacility::kAuth), *hole, Missing::kCode));
}

TEST(StackVerdict, TriesModulesThatItDoesNotKnowBothWays) {
  const PamStack stack = sshd_stack(
      "auth required pam_unix.so\nauth [success=1 default=ignore] pam_strange.so\n"
      "auth required pam_twinlock.so\nauth required pam_permit.so\n");
  const StackVerdict verdict(stack, PamHost::kSshd, all_installed);
  EXPECT_TRUE(verdict.passes_auth({Given::kRight, Given::kWrong, Key::kNone}));
}

TEST(StackVerdict, KnowsThatSshdRunsAsRoot) {
  const PamStack stack =
      sshd_stack("auth sufficient pam_rootok.so\nauth requisite pam_unix.so\nauth required pam_twinlock.so\n");
  const StackScenario nothing{Given::kWrong, Given::kWrong, Key::kNone};
  EXPECT_TRUE(StackVerdict(stack, PamHost::kSshd, all_installed).passes_auth(nothing));
  EXPECT_FALSE(StackVerdict(stack, PamHost::kTerminal, all_installed).passes_auth(nothing));
}

std::vector<std::string> limits(const std::string& settings, const SshdCrowd& crowd) {
  Findings findings;
  judge_limits(SshdSettings::parse(settings), crowd, findings);
  std::vector<std::string> ids;
  for (const Finding& finding : findings.all()) ids.push_back(finding.id);
  return ids;
}

TEST(SshdLimits, WantFiveMinutesAsLongAsInvitationsAreOut) {
  for (const char* form : {kNineTwo, kTen}) {
    EXPECT_THAT(limits(form, {}), ElementsAre());
    EXPECT_THAT(limits(form, {1, {}}), ElementsAre("ssh.grace-time"));
    EXPECT_THAT(limits(with(form, "LoginGraceTime 300"), {1, {}}), ElementsAre());
    EXPECT_THAT(limits(with(form, "LoginGraceTime 0"), {1, {}}), ElementsAre());
  }
}

TEST(SshdLimits, FindPenaltiesWhereSeveralPeopleShareAnAddress) {
  const SshdCrowd office{0, {{*Address::parse("198.51.100.7"), {"alice", "bob", "carol"}}}};
  const SshdCrowd desk{0, {{*Address::parse("198.51.100.7"), {"alice"}}}};
  EXPECT_THAT(limits(kNineTwo, office), ElementsAre());  // knows no penalties
  EXPECT_THAT(limits(kTen, desk), ElementsAre());
  EXPECT_THAT(limits(kTen, office), ElementsAre("ssh.penalties"));
  EXPECT_THAT(limits(with(kTen, "PerSourcePenalties no"), office), ElementsAre());
  EXPECT_THAT(limits(std::string(kTen) + "PerSourcePenaltyExemptList 198.51.100.0/24\n", office), ElementsAre());
}

TEST(MatchProbes, MeetsTheCriteriaOfEachMatchLine) {
  const auto probes = match_probes(
      "Include more.conf\nMatch User bob,carol\n  X11Forwarding no\nMatch Group nobody-is-in\nmatch group staff "
      "address 10.1.0.0/16\n# Match "
      "User x\n",
      [](const std::string&) { return std::vector<std::string>{"Match Host *.example.com LocalPort 2222\n"}; },
      [](const std::string& group) { return group == "staff" ? std::optional<std::string>("bob") : std::nullopt; },
      "alice");
  ASSERT_EQ(3U, probes.size());
  EXPECT_EQ("alice", probes[0].user);
  EXPECT_EQ("x.example.com", probes[0].host);
  EXPECT_EQ("2222", probes[0].local_port);
  EXPECT_EQ("bob", probes[1].user);
  EXPECT_EQ("bob", probes[2].user);
  EXPECT_EQ("10.1.0.0", probes[2].address);
}

}  // namespace
}  // namespace twinlock
