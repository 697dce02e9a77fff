// sshd: asks `sshd -T -C …` about several people, and tries its PAM stack on paper.
#include <sys/stat.h>

#include <set>

#include "cli/doctor/examination.h"
#include "cli/doctor/group_members.h"
#include "cli/doctor/match_lines.h"
#include "cli/doctor/sshd_interview.h"
#include "cli/doctor/sshd_limits.h"
#include "cli/doctor/sshd_servers.h"
#include "cli/doctor/sshd_ways.h"
#include "cli/doctor/stack_findings.h"
#include "cli/doctor/system_pam.h"
#include "cli/trusted_program.h"

namespace twinlock {
namespace {

constexpr std::size_t kMostProbes = 40;
constexpr Seconds kSameMoment{2};  // what the kernel says of starts is as coarse

std::vector<SshdProbe> probes_of(const Examination& exam, SshdConfigFiles& files) {
  const std::string typical = exam.user ? *exam.user : exam.census.first_user.value_or(kNobody);
  std::vector<SshdProbe> probes{{exam.user || exam.census.first_user ? typical : "anybody", typical}};
  const auto matches = match_probes(files.text(), files.includes(), some_member_of, typical);
  if (exam.user) return probes;
  probes.push_back({"root", "root"});
  probes.push_back({"an unknown user", kNobody});
  probes.insert(probes.end(), matches.begin(), matches.end());
  return probes;
}

void conclude(Findings& findings, const std::string& anybody) {
  findings.conclude("ssh.config", "sshd understands its configuration");
  findings.conclude("ssh.owners", "files of sshd's configuration are root's own");
  findings.conclude("ssh.loaded", "no sshd runs on an older configuration");
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

/// When the process read its configuration: a reload writes its pid file anew.
std::optional<UnixTime> loaded_at(const ServerProcess& process, const SshdSettings& settings) {
  const std::string path = settings.value("pidfile").value_or("none");
  struct stat about {};
  const bool is_its_own = path.starts_with('/') && split_text(read_text_file(path).value_or(""), " \n") ==
                                                       std::vector<std::string>{std::to_string(process.pid)};
  if (is_its_own && ::stat(path.c_str(), &about) == 0) return UnixTime{about.st_mtim.tv_sec};
  return process.started;
}

/// One sshd: what it has read, whom it lets in, and the stacks that it asks.
class SshExaminer {
 public:
  SshExaminer(Examination& exam, SshdInterview& interview, const SshdServer& server)
      : exam_(exam), interview_(interview), server_(server), files_(server.config_file()) {}

  void examine() {
    auto probes = probes_of(exam_, files_);
    files_.look_at_owners(exam_.findings);
    if (probes.size() > kMostProbes) {
      exam_.findings.warn("ssh.config",
                          "sshd_config has more Match lines than are asked about: " + std::to_string(probes.size()),
                          "ask about people one by one: twinlock doctor --user USER");
      probes.resize(kMostProbes);
    }
    for (const SshdProbe& probe : probes) {
      const auto settings = interview_.ask(server_, probe);
      if (!settings) continue;
      if (&probe == probes.data()) look_at_age(*settings);
      examine_guest(probe, *settings);
    }
    // Also those of Match lines that no probe meets.
    for (const std::string& name : values_in(files_.text(), files_.includes(), "pamservicename")) examine_stack(name);
  }

 private:
  std::string service_in(const SshdSettings& settings) const {
    return settings.value("pamservicename").value_or(server_.start.service);
  }

  void examine_stack(const std::string& service) {
    if (!stacks_.insert(service).second) return;
    const PamStack stack = load_pam_stack(read_pam_file, service);
    judge_stack({stack, PamHost::kSshd, is_installed}, "sshd", exam_.findings);
  }

  void examine_guest(const SshdProbe& probe, const SshdSettings& settings) {
    Findings& findings = exam_.findings;
    const std::string service = service_in(settings);
    examine_stack(service);
    const SshdGuest guest{probe.who + server_.where, is_root_account(probe.user), settings, probe.user};
    const PamStack stack = load_pam_stack(read_pam_file, service);
    const StackVerdict verdict(stack, PamHost::kSshd, is_installed);
    const bool gets_in = judge_ways(guest, verdict, findings);
    judge_settings(guest, verdict, findings);
    judge_limits(settings, {exam_.census.invited, exam_.census.seen}, findings);
    if (findings.has("ssh.nobody") || gets_in) return;
    if (guest.is_root) {
      if (probe.user == exam_.user || probe.user == exam_.census.first_user) warn_about(guest);
      return;
    }
    findings.fail("ssh.nobody", "no way into sshd works for " + guest.who,
                  "look at AuthenticationMethods and at the findings about the PAM stack sshd");
  }

  /// It may be meant so; but who asks about root, or has enrolled nobody else, must know.
  void warn_about(const SshdGuest& root) {
    exam_.findings.warn("ssh.nobody",
                        "no way into sshd works for " + root.who + " (PermitRootLogin " +
                            root.settings.value("permitrootlogin").value_or("?") + "), also with a code",
                        "enrol somebody else: twinlock enrol USER; or set in sshd_config: PermitRootLogin yes");
  }

  void look_at_age(const SshdSettings& settings) {
    const auto changed = files_.changed();
    for (const ServerProcess& process : server_.listening) {
      const auto loaded = loaded_at(process, settings);
      if (!changed || (loaded && *changed - *loaded <= kSameMoment)) continue;
      exam_.findings.warn("ssh.loaded",
                          "sshd (process " + std::to_string(process.pid) +
                              ") has not read its configuration since it was changed: what it does cannot be seen",
                          "run: systemctl restart ssh (its name is sshd on some systems)");
    }
  }

  Examination& exam_;
  SshdInterview& interview_;
  const SshdServer& server_;
  SshdConfigFiles files_;
  std::set<std::string> stacks_;
};

std::string words_about(const std::vector<SshdServer>& servers) {
  std::size_t listening = 0;
  for (const SshdServer& server : servers) listening += server.listening.size();
  if (listening == 0) return "no sshd listens now: judged is what its service would start";
  return "judged with their own arguments: " + std::to_string(listening) + " listening sshd";
}

}  // namespace

void examine_ssh(Examination& exam) {
  const auto sshd = find_program("sshd");
  if (!sshd) {
    exam.findings.ok("ssh.installed", "sshd is not installed");
    return;
  }
  exam.findings.ok("ssh.installed", "sshd is installed");
  const auto servers = sshd_servers(*sshd, exam.findings);
  SshdInterview interview(exam.findings);
  for (const SshdServer& server : servers) SshExaminer(exam, interview, server).examine();
  exam.findings.conclude("ssh.listeners", words_about(servers));
  conclude(exam.findings, exam.user ? *exam.user : exam.census.first_user.value_or("anybody"));
}

}  // namespace twinlock
