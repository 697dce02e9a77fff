// Space, file systems, clock and confinement: judgements about what the system calls said. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "cli/doctor/finding.h"

namespace twinlock {

struct Volume {
  std::string path;
  std::uint64_t type = 0;  ///< f_type of statfs(2).
  std::uint64_t bytes = 0;
  std::uint64_t bytes_free = 0;
  std::uint64_t inodes = 0;  ///< 0: the file system does not count them.
  std::uint64_t inodes_free = 0;
  bool is_read_only = false;
};

/// Whether there is room, and leave, to write: "space.…".
void judge_space(const Volume& volume, Findings& findings);

/// Whether a record that was flushed there stays, overwritten in place: "store.file-system".
void judge_file_system(const Volume& volume, Findings& findings);

struct ClockState {
  UnixTime now;
  bool is_synchronised = false;
};
void judge_clock(const ClockState& clock, Findings& findings);

/// The units that must happen in time.
struct TimerState {
  bool systemd_runs = false;
  bool sweep_is_active = false;
  bool sweep_is_enabled = false;
  bool backup_is_enabled = false;
  bool backup_has_passphrase = false;  ///< Without it the unit is left out, and nobody is told.
  bool backup_is_recent = false;       ///< Not older than two days: somebody makes them.
};
/// "sweep.timer", "backup.timer".
void judge_timers(const TimerState& timers, Findings& findings);

/// `last` and `now` are milliseconds since the machine was started; nullopt: no sweep since then. "sweep.age"
void judge_sweep(std::optional<std::int64_t> last, std::int64_t now, Findings& findings);

struct Confinement {
  bool selinux_enforces = false;
  std::string selinux_modules;    ///< What `semodule -l` prints.
  std::string apparmor_profiles;  ///< /sys/kernel/security/apparmor/profiles.
  std::string apparmor_local;     ///< /etc/apparmor.d/local/usr.sbin.smbd.
};
void judge_confinement(const Confinement& confinement, Findings& findings);

}  // namespace twinlock
