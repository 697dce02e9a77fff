// Configuration, and the files and directories around it.
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/backup/last_backup.h"
#include "cli/doctor/examination.h"
#include "cli/doctor/system_pam.h"
#include "cli/new_file.h"
#include "cli/setup/journal.h"
#include "config/config_reader.h"
#include "config/trusted_file.h"
#include "store/store_url.h"

namespace twinlock {
namespace {

constexpr Seconds kOldBackup = days(7);

bool exists(const std::string& path) {
  struct stat about {};
  return ::lstat(path.c_str(), &about) == 0;
}

void look_at_directory(Findings& findings, const std::string& path, Privacy privacy) {
  const auto opened = open_trusted_directory({path, privacy, Error::Code::kStore});
  if (opened) return;
  const std::string mode = privacy == Privacy::kPrivate ? "0700 " : "0755 ";
  findings.fail("files.owners", flaw_of(opened.error()),
                exists(path) ? "chown root:root " + path + "; chmod " + mode + path : "run: twinlock init");
}

void look_at_file(Findings& findings, const std::string& path, Privacy privacy) {
  const auto opened = open_trusted_file({path, privacy, Error::Code::kStore});
  if (opened) return;
  findings.fail("files.owners", flaw_of(opened.error()), "chown root:root " + path + "; chmod 0600 " + path);
}

void examine_owners(const Config& config, Findings& findings) {
  if (config.store.url.starts_with(kFileScheme)) {
    look_at_directory(findings, config.store.url.substr(kFileScheme.size()), Privacy::kPrivate);
  }
  look_at_directory(findings, config.store.state_dir, Privacy::kPublic);
  look_at_directory(findings, directory_of(config.store.run_dir), Privacy::kPublic);
  if (exists(config.store.run_dir)) look_at_directory(findings, config.store.run_dir, Privacy::kPrivate);
  look_at_file(findings, config.store.key_file, Privacy::kPrivate);
  findings.conclude("files.owners", "files and directories of twinlock are root's own");
}

void examine_audit(const Config& config, Findings& findings) {
  const std::string& path = config.audit.file;
  if (path.empty()) {
    findings.ok("audit.writable", "the audit log goes to syslog only");
    return;
  }
  const std::string directory = directory_of(path);
  const bool missing = !exists(directory);
  const std::string target = exists(path) ? path : directory;
  if (missing || ::access(target.c_str(), W_OK) != 0) {
    findings.fail("audit.writable", target + " cannot be written: logins are told to syslog only",
                  "run: twinlock init");
  } else if (exists(path)) {
    const auto trusted = open_trusted_file({path, Privacy::kPrivate, Error::Code::kStore});
    if (!trusted)
      findings.fail("audit.writable", flaw_of(trusted.error()), "chown root:root " + path + "; chmod 0600 " + path);
  }
  findings.conclude("audit.writable", "the audit log can be written");
}

void examine_programs(Findings& findings) {
  for (const char* path : {"/usr/libexec/twinlock/smb-map", "/usr/libexec/twinlock/open"}) {
    const auto program = open_trusted_file({path, Privacy::kPublic, Error::Code::kConfig});
    if (!program) findings.fail("files.programs", flaw_of(program.error()), "install the package of twinlock anew");
  }
  findings.conclude("files.programs", "the helper programs are there and root's own");
}

void examine_backup(const Config& config, UnixTime now, Findings& findings) {
  const std::string mend = "run `twinlock backup FILE` each night, and keep the file on another machine";
  const auto last = read_last_backup(config);
  if (!last) {
    findings.warn("backup.age", flaw_of(last.error()), mend);
  } else if (!*last) {
    findings.warn("backup.age", "there has been no backup yet", mend);
  } else if (now - (**last).made > kOldBackup) {
    findings.warn("backup.age", "the last backup is of " + local_text((**last).made) + ", older than 7 days", mend);
  }
  findings.conclude("backup.age", "the last backup is younger than 7 days");
}

Result<JournalContent> read_setups(const Config& config) {
  const auto journal = Journal::open_if_any(Journal::directory_in(config));
  if (!journal) return journal.error();
  return *journal ? (**journal).read() : JournalContent();
}

void examine_setup(const Config& config, Findings& findings) {
  const auto setups = read_setups(config);
  if (!setups) findings.warn("setup.pending", flaw_of(setups.error()), "run: twinlock setup undo");
  const JournalContent content = setups ? *setups : JournalContent();
  for (const DamagedEntry& damaged : content.damaged) {
    findings.warn("setup.pending", flaw_of(damaged.error), damaged.error.mend);
  }
  for (const JournalEntry& entry : content.entries) {
    if (entry.phase == JournalEntry::Phase::kConfirmed) continue;
    findings.warn("setup.pending", "`twinlock setup " + entry.service + "` waits to be confirmed, or was cut off",
                  "run: twinlock setup confirm; or: twinlock setup undo");
  }
  findings.conclude("setup.pending", "no setup waits to be confirmed");
}

}  // namespace

void examine_config(Examination& exam) {
  const auto config = read_config(exam.desk.config_path());
  if (config) {
    exam.config = *config;
    exam.findings.ok("config.readable", config->path + " is understood");
    return;
  }
  exam.findings.fail("config.readable", flaw_of(config.error()) + ": every login is refused",
                     config.error().mend.empty() ? "run: twinlock config check" : config.error().mend);
}

void examine_files(Examination& exam) {
  examine_programs(exam.findings);
  if (!exam.config) return;
  examine_owners(*exam.config, exam.findings);
  examine_audit(*exam.config, exam.findings);
  examine_backup(*exam.config, exam.desk.now(), exam.findings);
  examine_setup(*exam.config, exam.findings);
}

}  // namespace twinlock
