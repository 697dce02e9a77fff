#include "cli/doctor/machine_verdict.h"

#include <linux/magic.h>

#include <array>

#include "cli/doctor/sshd_settings.h"

namespace twinlock {
namespace {

constexpr std::uint64_t kXfs = 0x58465342;
constexpr std::uint64_t kCifs = 0xFF534D42;
constexpr std::uint64_t kSmb2 = 0xFE534D42;
constexpr std::uint64_t kFuse = 0x65735546;
constexpr std::uint64_t kZfs = 0x2FC12FC1;
constexpr std::uint64_t kMebibyte = 1 << 20;
constexpr std::uint64_t kLeastRoom = 16 * kMebibyte;
constexpr std::uint64_t kLittleRoom = 200 * kMebibyte;
constexpr std::uint64_t kLeastInodes = 1000;
constexpr std::int64_t kLongestWithoutSweep = 10 * 60'000;  // milliseconds; it is due every minute
constexpr UnixTime kBuilt{1767225600};                      // 2026-01-01: no honest clock is before it

struct Kind {
  std::uint64_t type;
  const char* name;
  Health result;
  const char* why;
};

constexpr std::array kKinds{
    Kind{EXT4_SUPER_MAGIC, "ext4", Health::kOk, "overwrites in place"},
    Kind{kXfs, "XFS", Health::kOk, "overwrites in place"},
    Kind{BTRFS_SUPER_MAGIC, "Btrfs", Health::kWarn, "writes each save to a new place: a full disk locks people out"},
    Kind{kZfs, "ZFS", Health::kWarn, "writes each save to a new place: a full disk locks people out"},
    Kind{F2FS_SUPER_MAGIC, "F2FS", Health::kWarn, "writes each save to a new place: a full disk locks people out"},
    Kind{kFuse, "FUSE", Health::kWarn, "promises nothing about what was flushed"},
    Kind{NFS_SUPER_MAGIC, "NFS", Health::kFail, "does not keep locks and flushed data as twinlock needs them"},
    Kind{kCifs, "CIFS", Health::kFail, "does not keep locks and flushed data as twinlock needs them"},
    Kind{kSmb2, "CIFS", Health::kFail, "does not keep locks and flushed data as twinlock needs them"},
    Kind{V9FS_MAGIC, "9p", Health::kFail, "does not keep locks and flushed data as twinlock needs them"},
    Kind{OVERLAYFS_SUPER_MAGIC, "overlayfs", Health::kFail, "gives a file another identity at its first change"},
    Kind{TMPFS_MAGIC, "tmpfs", Health::kFail, "forgets everything at the next start: used codes count again"},
    Kind{RAMFS_MAGIC, "ramfs", Health::kFail, "forgets everything at the next start: used codes count again"},
};

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes / kMebibyte) + " MiB"; }

bool has_line_with(std::string_view text, std::string_view first, std::string_view second) {
  for (const std::string& line : split_text(text, "\n")) {
    if (line.find(first) != std::string::npos && line.find(second) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

void judge_space(const Volume& volume, Findings& findings) {
  const std::string& path = volume.path;
  if (volume.is_read_only) {
    findings.fail("space.read-only", path + " lies on a file system that is mounted read-only: codes cannot be used up",
                  "look at the disk (dmesg), then: mount -o remount,rw");
  }
  const bool no_inodes = volume.inodes > 0 && volume.inodes_free < kLeastInodes;
  if (volume.bytes_free < kLeastRoom || (volume.inodes > 0 && volume.inodes_free == 0)) {
    findings.fail("space.free",
                  path + " is full: " + mebibytes(volume.bytes_free) + " and " + std::to_string(volume.inodes_free) +
                      " inodes are free",
                  "make room: df -h " + path + "; df -i " + path);
  } else if (no_inodes || (volume.bytes_free < kLittleRoom && volume.bytes_free < volume.bytes / 10)) {
    findings.warn("space.free",
                  path + " is almost full: " + mebibytes(volume.bytes_free) + " and " +
                      std::to_string(volume.inodes_free) + " inodes are free",
                  "make room: df -h " + path + "; df -i " + path);
  }
}

void judge_file_system(const Volume& volume, Findings& findings) {
  const char* id = "store.file-system";
  const std::string mend = "put " + volume.path + " on ext4 or XFS of this server";
  for (const Kind& kind : kKinds) {
    if (kind.type != volume.type) continue;
    findings.add({id, kind.result, volume.path + " lies on " + kind.name + ", which " + kind.why,
                  kind.result == Health::kOk ? "" : mend});
    return;
  }
  findings.warn(id, volume.path + " lies on a file system that nobody has tried twinlock on", mend);
}

void judge_clock(const ClockState& clock, Findings& findings) {
  if (clock.now < kBuilt) {
    findings.fail("clock.year", "the clock is years behind: codes of phones are not recognised",
                  "set the clock: timedatectl");
  }
  findings.conclude("clock.year", "the clock tells a year that can be");
  if (!clock.is_synchronised) {
    findings.warn("clock.sync",
                  "the kernel does not know the clock to be synchronised: codes of phones fail when it drifts",
                  "run chrony or systemd-timesyncd: timedatectl set-ntp true");
  }
  findings.conclude("clock.sync", "the clock is synchronised");
}

void judge_timers(const TimerState& timers, Findings& findings) {
  if (!timers.systemd_runs) {
    findings.ok("sweep.timer", "systemd does not run here: see that `twinlock sweep` runs every minute in another way");
    findings.ok("backup.timer",
                "systemd does not run here: see that `twinlock backup` runs every night in another way");
    return;
  }
  if (!timers.sweep_is_active || !timers.sweep_is_enabled) {
    findings.warn("sweep.timer",
                  std::string("twinlock-sweep.timer ") +
                      (timers.sweep_is_active ? "does not start with the machine" : "does not run") +
                      ": SMB connections outlive their leases, and nothing takes back a setup that locked people out",
                  "run: systemctl enable --now twinlock-sweep.timer");
  }
  findings.conclude("sweep.timer", "twinlock-sweep.timer runs, and starts with the machine");
  if (timers.backup_is_enabled && !timers.backup_has_passphrase) {
    findings.warn("backup.timer", "twinlock-backup.timer finds no /etc/twinlock/backup-passphrase, and makes no backup",
                  "write a passphrase there, for root alone (0600), and keep it elsewhere, too");
  } else if (!timers.backup_is_enabled && !timers.backup_is_recent) {
    findings.warn("backup.timer", "twinlock-backup.timer is not enabled, and nothing else makes backups",
                  "write a passphrase to /etc/twinlock/backup-passphrase (0600), then: systemctl enable --now "
                  "twinlock-backup.timer");
  }
  findings.conclude("backup.timer", "backups are made");
}

void judge_sweep(std::optional<std::int64_t> last, std::int64_t now, Findings& findings) {
  const bool is_of_this_start = last && *last <= now;
  const std::int64_t waited = is_of_this_start ? now - *last : now;  // in vain, at the longest
  if (waited > kLongestWithoutSweep) {
    findings.warn("sweep.age",
                  is_of_this_start ? "the last `twinlock sweep` was " + std::to_string(waited / 60'000) + " minutes ago"
                                   : std::string("`twinlock sweep` was not done since the machine was started"),
                  "see why: systemctl status twinlock-sweep.service; or run it every minute: twinlock sweep");
  }
  findings.conclude("sweep.age", "`twinlock sweep` is done regularly");
}

void judge_confinement(const Confinement& confinement, Findings& findings) {
  if (confinement.selinux_enforces && confinement.selinux_modules.find("twinlock") == std::string::npos) {
    findings.fail("selinux.policy",
                  "SELinux enforces without the policy module of twinlock: sshd and smbd cannot read records",
                  "install the package of twinlock, or: semodule -i twinlock.pp");
  }
  findings.conclude("selinux.policy",
                    confinement.selinux_enforces ? "SELinux knows twinlock" : "SELinux does not enforce");
  const bool enforced = has_line_with(confinement.apparmor_profiles, "smbd", "(enforce)");
  if (enforced && confinement.apparmor_local.find("twinlock") == std::string::npos) {
    findings.fail("apparmor.smbd",
                  "AppArmor enforces a profile for smbd that does not know twinlock: every SMB login is refused",
                  "install packaging/apparmor into /etc/apparmor.d/local/usr.sbin.smbd; systemctl reload apparmor");
  }
  findings.conclude("apparmor.smbd",
                    enforced ? "AppArmor's profile of smbd knows twinlock" : "AppArmor does not confine smbd");
}

}  // namespace twinlock
