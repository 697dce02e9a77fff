// Space, file systems, clock, timer, SELinux and AppArmor of this machine.
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/timex.h>

#include "base/clock.h"
#include "cli/backup/last_backup.h"
#include "cli/doctor/examination.h"
#include "cli/doctor/machine_verdict.h"
#include "cli/doctor/system_pam.h"
#include "cli/last_sweep.h"
#include "cli/program.h"
#include "cli/trusted_program.h"
#include "store/store_url.h"

namespace twinlock {
namespace {

constexpr unsigned kReadOnly = 1;  // ST_RDONLY, which statfs(2) has in f_flags

/// nullopt: there is no such path.
std::optional<Volume> volume_of(const std::string& path) {
  struct statfs about {};
  if (::statfs(path.c_str(), &about) != 0) return std::nullopt;
  const auto block = static_cast<std::uint64_t>(about.f_bsize);
  Volume volume;
  volume.path = path;
  volume.type = static_cast<std::uint32_t>(about.f_type);
  volume.bytes = about.f_blocks * block;
  volume.bytes_free = about.f_bavail * block;
  volume.inodes = about.f_files;
  volume.inodes_free = about.f_ffree;
  volume.is_read_only = (static_cast<unsigned>(about.f_flags) & kReadOnly) != 0;
  return volume;
}

void examine_volumes(const Config& config, Findings& findings) {
  std::vector<std::string> paths{config.store.state_dir, config.store.run_dir};
  if (config.store.url.starts_with(kFileScheme)) {
    const std::string store = config.store.url.substr(kFileScheme.size());
    paths.push_back(store);
    if (const auto volume = volume_of(store)) judge_file_system(*volume, findings);
  }
  if (!config.audit.file.empty()) paths.push_back(config.audit.file.substr(0, config.audit.file.rfind('/')));
  for (const std::string& path : paths) {
    if (const auto volume = volume_of(path)) judge_space(*volume, findings);
  }
  findings.conclude("space.free", "there is room for records, run directory and log");
  findings.conclude("space.read-only", "records, run directory and log can be written");
  findings.conclude("store.file-system", "records do not lie on a file system of this server");
}

bool is_synchronised() {
  timex state{};
  const int answer = ::adjtimex(&state);
  return answer >= 0 && answer != TIME_ERROR && (state.status & STA_UNSYNC) == 0;
}

/// What a program of the system says; empty where there is none that can be trusted.
std::string told_by(const std::string& name, std::vector<std::string> arguments) {
  const auto program = find_program(name);
  if (!program) return "";
  arguments.insert(arguments.begin(), *program);
  const auto told = run_program(arguments);
  return told ? told->output : "";
}

bool systemd_runs() {
  struct stat about {};
  return ::stat("/run/systemd/system", &about) == 0;
}

void examine_timers(const std::optional<LastBackup>& backup, UnixTime now, Findings& findings) {
  TimerState timers;
  timers.systemd_runs = systemd_runs();
  if (timers.systemd_runs) {
    timers.sweep_is_active = told_by("systemctl", {"is-active", "twinlock-sweep.timer"}) == "active\n";
    timers.sweep_is_enabled = told_by("systemctl", {"is-enabled", "twinlock-sweep.timer"}) == "enabled\n";
    timers.backup_is_enabled = told_by("systemctl", {"is-enabled", "twinlock-backup.timer"}) == "enabled\n";
  }
  struct stat about {};
  timers.backup_has_passphrase = ::lstat("/etc/twinlock/backup-passphrase", &about) == 0;
  timers.backup_is_recent = backup && now - backup->made <= days(2);
  judge_timers(timers, findings);
}

/// Whatever starts it: that it is done is what counts.
void examine_sweep(const Config& config, Findings& findings) {
  const auto last = read_last_sweep(config);
  if (last) {
    judge_sweep(*last, milliseconds_since_boot(), findings);
  } else if (!findings.has_flaw("files.owners")) {  // else that is why
    findings.warn("sweep.age", flaw_of(last.error()), "run: twinlock sweep");
  }
}

Confinement confinement_here() {
  Confinement here;
  here.selinux_enforces = read_text_file("/sys/fs/selinux/enforce").value_or("").starts_with('1');
  if (here.selinux_enforces) here.selinux_modules = told_by("semodule", {"-l"});
  here.apparmor_profiles = read_text_file("/sys/kernel/security/apparmor/profiles").value_or("");
  here.apparmor_local = read_text_file("/etc/apparmor.d/local/usr.sbin.smbd").value_or("");
  return here;
}

}  // namespace

void examine_machine(Examination& exam) {
  if (exam.config) examine_volumes(*exam.config, exam.findings);
  judge_clock({exam.desk.now(), is_synchronised()}, exam.findings);
  const auto backup =
      exam.config ? read_last_backup(*exam.config) : Result<std::optional<LastBackup>>(std::optional<LastBackup>());
  examine_timers(backup ? *backup : std::nullopt, exam.desk.now(), exam.findings);
  if (exam.config) examine_sweep(*exam.config, exam.findings);
  judge_confinement(confinement_here(), exam.findings);
}

}  // namespace twinlock
