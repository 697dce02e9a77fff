// PAM stacks of other services: those that name us on purpose, and those that meet our lines by accident.
#include <algorithm>
#include <set>

#include "cli/doctor/examination.h"
#include "cli/doctor/module_version.h"
#include "cli/doctor/stack_findings.h"
#include "cli/doctor/system_pam.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr const char* kUsualConfig = "/etc/twinlock/twinlock.conf";  // of lines that name no other
constexpr std::array<const char*, 5> kTerminals{"su", "su-l", "sudo", "sudo-i", "login"};

bool is_terminal(const std::string& service) { return std::ranges::find(kTerminals, service) != kTerminals.end(); }

/// Files such as common-account are no services of their own.
bool is_a_part(const std::string& name) {
  return name.starts_with("common-") || name.ends_with("-auth") || name == "postlogin" || name == "other";
}

/// cron, at, systemd-user and their kin call `account` for people who are not there to give a code.
void look_for_strays(const std::string& service, const PamStack& stack, Findings& findings) {
  for (const PamHandler& handler : stack.of(PamFacility::kAccount)) {
    if (task_of(handler) == OurTask::kNotOurs) continue;
    findings.fail("pam.account-line",
                  handler.place() + " also refuses in the service " + service + ", where nobody can give a code",
                  "move the line from the shared file into /etc/pam.d/sshd and /etc/pam.d/samba");
  }
}

/// Packages are updated one by one, and a module elsewhere is updated by nobody.
void look_at_version(const std::string& module, int fd, Findings& findings) {
  const auto version = module_version_of(fd);
  if (version == TWINLOCK_VERSION) return;
  findings.warn("module.version",
                module + " is of " + (version ? "version " + *version : "an unknown version") +
                    ", and this command of version " + TWINLOCK_VERSION + ": one may not read what the other writes",
                "install the packages of one version; or let the PAM stacks name the module that is installed");
}

/// Modules that our lines load, and files that they stand in: root's own? Each is looked at once.
class LineExaminer {
 public:
  LineExaminer(std::string config_path, Findings& findings)
      : config_path_(std::move(config_path)), findings_(findings) {}

  void look_at(const PamStack& stack) {
    bool names_us = false;
    for (const PamHandlers& handlers : stack.handlers) {
      for (const PamHandler& handler : handlers) {
        if (task_of(handler) == OurTask::kNotOurs) continue;
        names_us = true;
        look_at_module_of(handler);
        look_at_config_of(handler);
      }
    }
    if (names_us) look_at_files(stack);
  }

 private:
  void look_at_module_of(const PamHandler& handler) {
    const auto module = find_pam_module(handler);
    if (!module) {
      findings_.fail("module.installed",
                     handler.place() + ": there is no " + handler.module + ", and PAM refuses everybody",
                     "install the package of twinlock, or mend the path");
    } else if (seen_.insert(*module).second) {
      look_at_module(*module);
    }
  }

  /// Rules, records and keys that this run of the doctor has not judged.
  void look_at_config_of(const PamHandler& handler) {
    std::string config = kUsualConfig;
    for (const std::string& argument : handler.arguments) {
      if (argument.starts_with("config=")) config = argument.substr(7);
    }
    if (config == config_path_) return;
    findings_.warn(
        "pam.config", handler.place() + " decides by " + config + ", and what is judged here is " + config_path_,
        "delete the argument config= there, or have that one judged, too: twinlock --config " + config + " doctor");
  }

  /// Those that the stack includes, too: a line in front of ours is enough, also in one that has none yet.
  void look_at_files(const PamStack& stack) {
    for (const std::string& file : stack.files) {
      if (seen_.insert(file).second) look_at_file(file);
    }
  }

  void look_at_module(const std::string& module) {
    const auto trusted = open_trusted_file({module, Privacy::kPublic, Error::Code::kConfig});
    if (trusted) {
      look_at_version(module, trusted->get(), findings_);
    } else {
      findings_.fail("module.installed", flaw_of(trusted.error()), "chown root: and chmod 0644 " + module);
    }
  }

  void look_at_file(const std::string& path) {
    const auto file = open_trusted_file({path, Privacy::kPublic, Error::Code::kConfig});
    if (!file) findings_.fail("pam.owners", flaw_of(file.error()), "chown root:root " + path + "; chmod 0644 " + path);
  }

  std::string config_path_;
  Findings& findings_;
  std::set<std::string> seen_;
};

}  // namespace

void examine_other_pam(Examination& exam) {
  Findings& findings = exam.findings;
  LineExaminer lines(exam.desk.config_path(), findings);
  for (const std::string& service : pam_services()) {
    if (is_a_part(service)) continue;
    const PamStack stack = load_pam_stack(read_pam_file, service);
    const StackVerdict verdict(stack, PamHost::kTerminal, is_installed);
    lines.look_at(stack);
    if (service == "sshd" || service == "samba" || !verdict.names_us()) continue;
    if (is_terminal(service)) {
      judge_stack(verdict, service, findings);
    } else {
      look_for_strays(service, stack, findings);
    }
  }
  findings.conclude("pam.account-line", "the account line stands in sshd's and samba's stacks only");
  findings.conclude("pam.owners", "PAM files of stacks with twinlock are root's own");
  findings.conclude("module.installed", "pam_twinlock.so is where PAM looks for it, and root's own");
  findings.conclude("pam.config", "every line of ours decides by the configuration that is judged");
  findings.conclude("module.version", "the module and this command are of one version");
}

}  // namespace twinlock
