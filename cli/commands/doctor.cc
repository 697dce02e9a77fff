// twinlock doctor: proves who can get in with what. Changes nothing.
#include <unistd.h>

#include "cli/commands/commands.h"
#include "cli/doctor/doctor_view.h"
#include "cli/doctor/examination.h"

namespace twinlock {
namespace {

// What monitoring plugins end with.
constexpr auto kNagiosWarning = static_cast<ExitStatus>(1);
constexpr auto kNagiosCritical = static_cast<ExitStatus>(2);

struct DoctorOptions {
  std::string user;
  bool nagios = false;
};

Result<Examination> examine(const Desk& desk, const DoctorOptions& options) {
  if (::geteuid() != 0)
    return Error{Error::Code::kPermission, "doctor", "looks at what root alone can see", "run it as root"};
  Examination exam{desk, std::nullopt};
  if (!options.user.empty()) {
    const auto account = find_account(options.user);
    if (!account) return account.error();
    if (!*account) return Error{Error::Code::kNotFound, "user " + options.user, "is unknown to this system", ""};
    exam.user = (*account)->name;
  }
  examine_config(exam);
  examine_records(exam);
  examine_rules(exam);
  examine_ssh(exam);
  examine_samba(exam);
  name_sparing_rules(exam);
  examine_other_pam(exam);
  examine_files(exam);
  examine_machine(exam);
  return exam;
}

Result<ExitStatus> diagnose(Desk& desk, const DoctorOptions& options) {
  const auto exam = examine(desk, options);
  if (!exam) return exam.error();
  const Findings& findings = exam->findings;
  return desk.answer(findings_json(findings), findings_text(findings),
                     findings.count(Health::kFail) > 0 ? ExitStatus::kNo : ExitStatus::kDone);
}

Result<ExitStatus> report_to_nagios(Desk& desk, const DoctorOptions& options) {
  const auto exam = examine(desk, options);
  const std::string line = exam ? nagios_line(exam->findings) : nagios_unknown(exam.error().text());
  if (!desk.terminal().print(line) || !exam) return static_cast<ExitStatus>(kNagiosUnknown);
  if (exam->findings.count(Health::kFail) > 0) return kNagiosCritical;
  return exam->findings.count(Health::kWarn) > 0 ? kNagiosWarning : ExitStatus::kDone;
}

}  // namespace

void add_doctor(Grammar& grammar) {
  const auto options = std::make_shared<DoctorOptions>();
  grammar
      .command("doctor", "prove who can get in with what",
               [options](Desk& desk) {
                 return options->nagios ? report_to_nagios(desk, *options) : diagnose(desk, *options);
               })
      .text("--user", options->user, "about this user exactly")
      .flag("--nagios", options->nagios, "one line and the exit status that monitoring expects");
}

}  // namespace twinlock
