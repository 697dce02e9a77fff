"""Where the built programs and the unpacked daemons lie."""

import os
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("TWINLOCK_BUILD", SOURCE / "build/dev")).resolve()
SYSROOT = Path(os.environ.get("TWINLOCK_SYSROOT", SOURCE / "build/sysroot")).resolve()

MODULE = BUILD / "pam/pam_twinlock.so"
COMMAND = BUILD / "cli/twinlock"
SSHD = SYSROOT / "usr/sbin/sshd"
PACKAGING = SOURCE / "packaging"


def missing() -> list[Path]:
    """What ./dev build should have made and has not."""
    return [path for path in (MODULE, COMMAND, SSHD) if not path.exists()]
