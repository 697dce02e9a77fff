"""Where the built programs and the unpacked daemons lie."""

import os
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("TWINLOCK_BUILD", SOURCE / "build/dev")).resolve()
SYSROOT = Path(os.environ.get("TWINLOCK_SYSROOT", SOURCE / "build/sysroot")).resolve()

MODULE = BUILD / "pam/pam_twinlock.so"
OPEN = BUILD / "pam/open"
SMB_MAP = BUILD / "pam/smb-map"
COMMAND = BUILD / "cli/twinlock"
SSHD = SYSROOT / "usr/sbin/sshd"
CRON = SYSROOT / "usr/sbin/cron"
SUDO = SYSROOT / "usr/bin/sudo"
SMBD = SYSROOT / "usr/sbin/smbd"
LOGROTATE = SYSROOT / "usr/sbin/logrotate"
PDBEDIT = SYSROOT / "usr/bin/pdbedit"
PACKAGING = SOURCE / "packaging"


def missing() -> list[Path]:
    """What ./dev build should have made and has not."""
    return [path for path in (MODULE, OPEN, SMB_MAP, COMMAND, SSHD, CRON, SUDO, SMBD, PDBEDIT, LOGROTATE) if not path.exists()]
