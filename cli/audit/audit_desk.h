// What the audit commands and `sweep` share: the keys of the log, and its upkeep.
#pragma once

#include "cli/audit/purge.h"
#include "cli/desk.h"

namespace twinlock {

struct AuditSetting {
  Config config;
  AuditKeys keys;
};

/// Reads configuration and keys. kConfig where the log is syslog only.
[[nodiscard]] Result<AuditSetting> open_audit(const std::string& config_path);

/// The keys of this configuration's key file.
[[nodiscard]] Result<AuditKeys> read_audit_keys(const Config& config);

/// Seals, tells a break (stderr and syslog) and the day's head (syslog), and removes what is older than the retention,
/// once a day. What went wrong is complained about; it is the status then.
struct Upkeep {
  std::uint64_t sealed = 0;  ///< Lines.
  ExitStatus status = ExitStatus::kDone;
};
[[nodiscard]] Upkeep keep_audit_log(const Desk& desk, const Config& config);

/// Seals and purges, and writes down that it did.
[[nodiscard]] Result<Purged> purge_now(const Desk& desk, const AuditSetting& setting, UnixTime before);

}  // namespace twinlock
