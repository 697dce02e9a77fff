"""The stage of the doctor's tests: a server as the manual describes it, alice enrolled.

The records lie on an ext4 of their own, as on a real server; sshd, testparm and the PAM stacks are real.
"""

import contextlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from support import paths, sshd, twinlock
from support.command import CONFIG_FILE, DONE, NO, CommandScenario, Done, run

SSHD_CONFIG = Path("/etc/ssh/sshd_config")
SMB_CONF = Path("/etc/samba/smb.conf")
LAST_BACKUP = Path("/var/lib/twinlock/last-backup")

# What no sandbox can have: the machine's clock is whoever's it is.
NOT_OURS = {"clock.sync"}

GOOD_SMB_CONF = """\
[global]
   server role = standalone server
   include = /etc/samba/twinlock.conf
[data]
   path = /srv
"""
OFFICE = '[[rule]]\nname = "office"\nnetworks = ["198.51.100.0/24"]\naction = "exempt"\n'


def set_up_machine() -> None:
    """A server as the manual describes it."""
    subprocess.run(["mknod", "/dev/loop-control", "c", "10", "237"], check=True)
    for number in range(64):
        subprocess.run(["mknod", f"/dev/loop{number}", "b", "7", str(number)], check=True)
    image = Path("/run/records.ext4")
    subprocess.run(["truncate", "--size=64M", image], check=True)
    subprocess.run(["mkfs.ext4", "-q", image], check=True)
    Path("/var/lib/twinlock").mkdir()
    subprocess.run(["mount", "-o", "loop", image, "/var/lib/twinlock"], check=True)
    twinlock.run("init")
    twinlock.run("sweep")
    os.environ["PATH"] = f"{os.environ['PATH']}:{paths.SYSROOT}/usr/sbin"
    sshd.make_key(Path("/etc/ssh/ssh_host_ed25519_key"))
    Path("/var/lib/samba/private").mkdir(parents=True, exist_ok=True)


def doctor(*options: str) -> Done:
    return run("doctor", *options)


class DoctorScenario(CommandScenario):
    @classmethod
    def setUpClass(cls) -> None:
        if not os.path.ismount("/var/lib/twinlock"):
            set_up_machine()
        super().setUpClass()

    def setUp(self) -> None:
        super().setUp()
        self.write(SSHD_CONFIG, "Include /etc/ssh/sshd_config.d/*.conf\n")
        self.write(SMB_CONF, GOOD_SMB_CONF)
        self.write(CONFIG_FILE, OFFICE)
        self.back_up(timedelta(hours=3))
        twinlock.enrol("alice")

    def write(self, path: Path, text: str) -> None:
        """Until the end of this test."""
        former = path.read_text() if path.exists() else None
        self.addCleanup(path.unlink if former is None else lambda: path.write_text(former))
        path.write_text(text)

    def edit(self, path: Path, change: Callable[[str], str]) -> None:
        before = path.read_text()
        after = change(before)
        self.assertNotEqual(before, after)
        self.write(path, after)

    def use_stack(self, service: str, change: Callable[[str], str], shipped: str | None = None) -> None:
        """A shipped stack with a change, until the end of this test."""
        source = paths.PACKAGING / "pam.d" / (shipped or service)
        before = (source if source.exists() else paths.SOURCE / "tests/support/pam.d" / service).read_text()
        after = change(before)
        self.assertTrue(shipped or before != after)
        self.write(Path("/etc/pam.d", service), after.replace("pam_twinlock.so", f"/run/modules/{paths.MODULE.name}"))

    @contextlib.contextmanager
    def stand_in(self, name: str, script: str) -> Iterator[None]:
        """A program of this test in place of one that this machine does not have, or not so."""
        directory = Path(self.enterContext(tempfile.TemporaryDirectory()))
        (directory / name).write_text(f"#!/bin/sh\n{script}\n")
        (directory / name).chmod(0o755)
        path = os.environ["PATH"]
        os.environ["PATH"] = f"{directory}:{path}"
        try:
            yield
        finally:
            os.environ["PATH"] = path

    def back_up(self, age: timedelta) -> None:
        moment = datetime.now(timezone.utc) - age
        LAST_BACKUP.write_text(json.dumps({"made": int(moment.timestamp()), "users": 1, "file": "/srv/backup"}) + "\n")
        LAST_BACKUP.chmod(0o600)

    def findings(self, *options: str) -> dict[str, Any]:
        """What is not well, by id."""
        done = doctor("--json", *options)
        checks = done.json()["checks"]
        bad = {check["id"]: check for check in checks if check["result"] != "ok" and check["id"] not in NOT_OURS}
        for check in bad.values():
            self.assertTrue(check["mend"], check)
        failed = any(check["result"] == "fail" for check in checks)
        self.assertEqual(NO if failed else DONE, done.status)
        return bad

    def assert_found(self, *ids: str, **wanted: str) -> dict[str, Any]:
        """Exactly these, and nothing else turned red. `says` stands in the first, `result` is its result."""
        bad = self.findings()
        self.assertEqual(set(ids), set(bad), json.dumps(bad, indent=1))
        self.assertIn(wanted.get("says", ""), bad[ids[0]]["what"])
        if "result" in wanted:
            self.assertEqual(wanted["result"], bad[ids[0]]["result"])
        return bad
