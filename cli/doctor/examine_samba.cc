// smbd: asks `testparm -sv`, and tries its PAM stack on paper.
#include "cli/doctor/examination.h"
#include "cli/doctor/samba_verdict.h"
#include "cli/doctor/system_pam.h"
#include "cli/program.h"
#include "cli/trusted_program.h"
#include "config/trusted_file.h"

namespace twinlock {
namespace {

constexpr const char* kConfig = "/etc/samba/smb.conf";

bool is_installed(const PamHandler& handler) { return find_pam_module(handler).has_value(); }

void examine_helper(const SambaSettings& settings, Findings& findings) {
  if (settings.global("username map script").find(kMapHelper) == std::string::npos) return;
  const auto helper = open_trusted_file({kMapHelper, Privacy::kPublic, Error::Code::kConfig});
  if (!helper) {
    findings.fail("samba.map-helper", "the helper of username map script cannot be trusted: " + flaw_of(helper.error()),
                  "install twinlock anew");
  }
  findings.conclude("samba.map-helper", std::string(kMapHelper) + " is there and root's own");
}

}  // namespace

void examine_samba(Examination& exam) {
  Findings& findings = exam.findings;
  if (!read_text_file(kConfig) || !find_program("smbd")) {
    findings.ok("samba.installed", "Samba is not installed");
    return;
  }
  findings.ok("samba.installed", "Samba is installed");
  const auto testparm = find_program("testparm");
  const auto tested = run_program({testparm.value_or("testparm"), "--suppress-prompt", "--verbose", kConfig});
  if (!tested || tested->status != 0) {
    findings.fail("samba.config",
                  "Samba does not take its configuration: " + (tested ? tested->output : flaw_of(tested.error())),
                  std::string("look at: testparm -s ") + kConfig);
    return;
  }
  findings.ok("samba.config", "Samba takes its configuration");
  const SambaSettings settings = SambaSettings::parse(tested->output);
  const PamStack stack = load_pam_stack(read_pam_file, "samba");
  const StackVerdict verdict(stack, PamHost::kSmbd, is_installed);
  judge_stack(verdict, "samba", findings);
  judge_samba(settings, verdict, findings);
  examine_helper(settings, findings);
}

}  // namespace twinlock
