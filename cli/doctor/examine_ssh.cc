// sshd: asks `sshd -T -C …` about several people, and tries its PAM stack on paper.
#include <glob.h>

#include <algorithm>

#include "cli/doctor/examination.h"
#include "cli/doctor/group_members.h"
#include "cli/doctor/match_lines.h"
#include "cli/doctor/sshd_limits.h"
#include "cli/doctor/sshd_ways.h"
#include "cli/doctor/stack_findings.h"
#include "cli/doctor/system_pam.h"
#include "cli/program.h"

namespace twinlock {
namespace {

constexpr const char* kConfig = "/etc/ssh/sshd_config";
constexpr const char* kNobody = "twinlock-nobody";  // a name that the system does not know
constexpr std::size_t kMostProbes = 40;

std::vector<std::string> included_texts(const std::string& pattern) {
  const std::string path = pattern.starts_with('/') ? pattern : "/etc/ssh/" + pattern;
  glob_t found{};
  std::vector<std::string> texts;
  if (::glob(path.c_str(), 0, nullptr, &found) == 0) {
    for (std::size_t at = 0; at < found.gl_pathc; ++at)
      texts.push_back(read_text_file(found.gl_pathv[at]).value_or(""));
  }
  ::globfree(&found);
  return texts;
}

std::vector<SshdProbe> probes_of(const Examination& exam) {
  const std::string typical = exam.user ? *exam.user : exam.census.first_user.value_or(kNobody);
  std::vector<SshdProbe> probes{{exam.user || exam.census.first_user ? typical : "anybody", typical}};
  if (exam.user) return probes;
  probes.push_back({"root", "root"});
  probes.push_back({"an unknown user", kNobody});
  const auto matches = match_probes(read_text_file(kConfig).value_or(""), included_texts, some_member_of, typical);
  probes.insert(probes.end(), matches.begin(), matches.end());
  if (probes.size() > kMostProbes) probes.resize(kMostProbes);
  return probes;
}

/// nullopt: complained of.
std::optional<SshdSettings> settings_for(const std::string& sshd, const SshdProbe& probe, Findings& findings) {
  std::string connection = "user=" + probe.user + ",host=" + probe.host + ",addr=" + probe.address;
  if (probe.local_port) connection += ",laddr=192.0.2.2,lport=" + *probe.local_port;
  const auto told = run_program({sshd, "-T", "-C", connection});
  if (told && told->status == 0) return SshdSettings::parse(told->output);
  findings.fail(
      "ssh.config",
      "sshd cannot say what is in force for " + probe.who + ": " + (told ? told->output : flaw_of(told.error())),
      "look at: sshd -T -C " + connection + " (sshd wants the directory /run/sshd for it)");
  return std::nullopt;
}

void conclude(Findings& findings, const std::string& anybody) {
  findings.conclude("ssh.config", "sshd understands its configuration");
  for (const char* id : {"ssh.password-only", "ssh.key-only", "ssh.gssapi-only", "ssh.hostbased-only"}) {
    const std::string what(id + 4);
    findings.conclude(id,
                      "nobody who was tried gets in over SSH with " + what.substr(0, what.find("-only")) + " alone");
  }
  findings.conclude("ssh.use-pam", "UsePAM is on");
  findings.conclude("ssh.use-dns", "clients arrive by address");
  findings.conclude("ssh.empty-passwords", "empty passwords are refused");
  findings.conclude("ssh.user-environment", "people cannot set the environment of their login");
  findings.conclude("ssh.one-field", "no method is on that the PAM stack cannot serve");
  findings.conclude("ssh.grace-time", "LoginGraceTime leaves enough time");
  findings.conclude("ssh.penalties", "no address of several people can be shut out by one");
  findings.conclude("ssh.max-auth-tries", "MaxAuthTries leaves enough tries");
  findings.conclude("ssh.nobody", anybody + " can get in over SSH with a code");
}

PamStack stack_of_sshd(const SshdSettings& settings) {
  return load_pam_stack(read_pam_file, settings.value("pamservicename").value_or("sshd"));
}

void examine_guest(Examination& exam, const SshdProbe& probe, const SshdSettings& settings) {
  Findings& findings = exam.findings;
  const SshdGuest guest{probe.who, probe.user == "root", settings};
  const PamStack stack = stack_of_sshd(settings);
  const StackVerdict verdict(stack, PamHost::kSshd,
                             [](const PamHandler& handler) { return find_pam_module(handler).has_value(); });
  const bool gets_in = judge_ways(guest, verdict, findings);
  judge_settings(guest, verdict, findings);
  judge_limits(settings, {exam.census.invited, exam.census.seen}, findings);
  if (findings.has("ssh.nobody") || gets_in || guest.is_root) return;
  findings.fail("ssh.nobody", "no way into sshd works for " + probe.who,
                "look at AuthenticationMethods and at the findings about the PAM stack sshd");
}

}  // namespace

void examine_ssh(Examination& exam) {
  const auto sshd = find_program("sshd");
  if (!sshd) {
    exam.findings.ok("ssh.installed", "sshd is not installed");
    return;
  }
  exam.findings.ok("ssh.installed", "sshd is installed");
  const auto probes = probes_of(exam);
  bool is_first = true;
  for (const SshdProbe& probe : probes) {
    const auto settings = settings_for(*sshd, probe, exam.findings);
    if (!settings) continue;
    if (is_first) {
      const std::string service = settings->value("pamservicename").value_or("sshd");
      const PamStack stack = stack_of_sshd(*settings);
      judge_stack(
          {stack, PamHost::kSshd, [](const PamHandler& handler) { return find_pam_module(handler).has_value(); }},
          service == "sshd" ? service : "sshd", exam.findings);
    }
    is_first = false;
    examine_guest(exam, probe, *settings);
  }
  conclude(exam.findings, probes[0].who);
}

}  // namespace twinlock
