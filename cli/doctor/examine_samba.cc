// smbd: asks `testparm -sv` about each way in which it was started, reads what testparm does not see through, and tries
// its PAM stack on paper.
#include <algorithm>
#include <filesystem>

#include "cli/doctor/examination.h"
#include "cli/doctor/samba_verdict.h"
#include "cli/doctor/server_process.h"
#include "cli/doctor/smb_conf_text.h"
#include "cli/doctor/smbd_servers.h"
#include "cli/doctor/stack_findings.h"
#include "cli/doctor/system_pam.h"
#include "cli/files_like.h"
#include "cli/program.h"
#include "cli/trusted_program.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr const char* kSwitches = "samba.other-files";

void examine_helper(const SambaSettings& settings, Findings& findings) {
  if (settings.global("username map script").find(kMapHelper) == std::string::npos) return;
  const auto helper = open_trusted_file({kMapHelper, Privacy::kPublic, Error::Code::kConfig});
  if (!helper) {
    findings.fail("samba.map-helper", "the helper of username map script cannot be trusted: " + flaw_of(helper.error()),
                  "install twinlock anew");
  }
  findings.conclude("samba.map-helper", std::string(kMapHelper) + " is there and root's own");
}

void look_for_ksmbd(Findings& findings) {
  for (const ServerProcess& process : root_processes([](std::string_view name) { return name == "ksmbd.mountd"; })) {
    if (process.place == ServerProcess::Place::kContainer) continue;
    findings.fail(kSambaListeners, words_for(process) + " serves SMB from the kernel, and never asks PAM",
                  "run: ksmbd.control --shutdown; and let Samba serve the files");
  }
}

void judge_switch(const SmbConfSwitch& other, Findings& findings) {
  const std::string place = other.file + " has the line ";
  if (other.kind == SmbConfSwitch::Kind::kConfigFile) {
    findings.fail(kSwitches, place + "config file = " + other.value + ": smbd takes that file in place of this one",
                  "put its settings into " + other.file + ", and delete the line");
    return;
  }
  const std::string mend = "write an include without % in its place, or delete it";
  for (const std::string& file : files_like(pattern_of(other.value))) {
    const auto setting = decisive_setting(read_text_file(file).value_or(""));
    if (!setting) continue;
    findings.fail(kSwitches,
                  place + "include = " + other.value + ", and " + file + ", which some clients get, sets " + *setting,
                  mend);
    return;
  }
  findings.warn(kSwitches, place + "include = " + other.value + ": which files clients get cannot be told", mend);
}

/// Also where a file says so that was not found: one with the host's name in its own, for example.
void look_for_switch(const SambaSettings& settings, const SmbdStart& start, Findings& findings) {
  const std::string other = settings.global("config file");
  if (other.empty() || findings.has_flaw(kSwitches)) return;
  judge_switch({SmbConfSwitch::Kind::kConfigFile, start.config_file, other}, findings);
}

void examine_text(const std::string& path, Findings& findings) {
  const SmbConfTree tree = read_smb_conf(path, read_text_file);
  for (const SmbConfSwitch& other : tree.switches) judge_switch(other, findings);
  for (const std::string& file : tree.files) {
    std::error_code missing;
    const std::string real = std::filesystem::canonical(file, missing);
    const auto opened = open_trusted_file({real, Privacy::kPublic, Error::Code::kConfig});
    if (missing || opened) continue;
    findings.fail("samba.owners", flaw_of(opened.error()),
                  "chown root:root and chmod go-w " + real + " and its directory");
  }
}

/// nullopt: complained of.
std::optional<SambaSettings> settings_of(const SmbdStart& start, Findings& findings) {
  const auto testparm = find_program("testparm");
  if (!testparm) {
    findings.fail("samba.config", "testparm is missing, or others could change it: smbd cannot be judged",
                  "install the package that brings testparm (samba-common-bin)");
    return std::nullopt;
  }
  std::vector<std::string> words{*testparm, "--suppress-prompt", "--verbose"};
  words.insert(words.end(), start.options.begin(), start.options.end());
  words.push_back(start.config_file);
  const auto tested = run_program(words);
  if (tested && tested->status == 0) return SambaSettings::parse(tested->output);
  findings.fail("samba.config",
                "Samba does not take its configuration: " + (tested ? tested->output : flaw_of(tested.error())),
                "look at: testparm -s " + start.config_file);
  return std::nullopt;
}

}  // namespace

void examine_samba(Examination& exam) {
  Findings& findings = exam.findings;
  look_for_ksmbd(findings);
  const auto starts = smbd_starts(findings);
  if (starts.empty()) {
    findings.ok("samba.installed", "Samba is not installed");
    return;
  }
  findings.ok("samba.installed", "Samba is installed");
  const PamStack stack = load_pam_stack(read_pam_file, "samba");
  const StackVerdict verdict(stack, PamHost::kSmbd, is_installed);
  judge_stack(verdict, "samba", findings);
  std::vector<SambaSettings> all;
  for (const SmbdStart& start : starts) {
    examine_text(start.config_file, findings);
    auto settings = settings_of(start, findings);
    if (!settings) continue;
    look_for_switch(*settings, start, findings);
    all.push_back(std::move(*settings));
  }
  findings.conclude("samba.config", "Samba takes its configuration");
  findings.conclude("samba.owners", "files of Samba's configuration are root's own");
  findings.conclude(kSwitches, "every client gets the same configuration");
  findings.conclude(kSambaListeners, "judged with its own arguments: " + std::to_string(starts.size()) + " smbd");
  judge_samba(all, verdict, findings);
  for (const SambaSettings& settings : all) examine_helper(settings, findings);
}

}  // namespace twinlock
