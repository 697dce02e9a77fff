"""Attempts to log in through other `auth` stacks than the module alone."""

import functools
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from support import pam

PASSWORD_THEN_CODE = ("requisite pam_unix.so", "required pam_twinlock.so")
ONE_FIELD = ("requisite pam_twinlock.so split", "requisite pam_unix.so use_first_pass", "required pam_twinlock.so")


@dataclass
class StackScenario(pam.Scenario):
    auth: tuple[str, ...] = PASSWORD_THEN_CODE  # lines of the stack, in which pam_twinlock.so is the built one

    def json(self) -> str:
        return json.dumps({**json.loads(super().json()), "confdir": str(_directory(self.auth))})


@functools.cache
def _directory(auth: tuple[str, ...]) -> Path:
    directory = Path(tempfile.mkdtemp(prefix="pam.", dir="/run"))
    lines = [f"auth {line}" for line in auth] + ["account required pam_twinlock.so", "session required pam_twinlock.so"]
    for service in ("sshd", "samba", "su"):
        (directory / service).write_text("\n".join(lines).replace("pam_twinlock.so", str(pam.MODULE)) + "\n")
    return directory
