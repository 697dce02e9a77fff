"""The procedures of twinlock(8), each command carried out as it is written there, and the timer's unit."""

import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

import pexpect

from support import backups, paths, twinlock
from support.backups import ETC, KEY_FILE, PASSPHRASE, STATE, BackupScenario, verdict
from support.command import DONE, USERS, run
from support.manual import MANUAL, procedure
from support.twinlock import enrol, run_json

UNITS = paths.PACKAGING / "systemd"
PASSPHRASE_FILE = ETC / "backup-passphrase"
NIGHTLY = Path("/var/backups/twinlock")
PROMPTS = ["Passphrase for this backup: ", "Once more: ", "Passphrase of the backup: ", r"\[y/N\] ", pexpect.EOF]


def unit_lines(name: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", (UNITS / name).read_text(), re.MULTILINE)


def run_service() -> None:
    """What systemd does for the unit: each line with the passphrase file as its input, in the unit's mask."""
    assert unit_lines("twinlock-backup.service", "StandardInput") == [f"file:{PASSPHRASE_FILE}"]
    for key in ("ExecStartPre", "ExecStart", "ExecStartPost"):
        for line in unit_lines("twinlock-backup.service", key):
            command = line.replace("$$", "$").replace("%%", "%").replace("/usr/bin/twinlock", str(paths.COMMAND))
            quoted = command if key == "ExecStart" else re.sub(r"(\*\S*)", r"'\1'", command)
            with PASSPHRASE_FILE.open() as typed:
                subprocess.run(["/bin/sh", "-c", f"umask 0077; {quoted}"], stdin=typed, check=True, capture_output=True)


class Units(unittest.TestCase):
    def test_systemd_has_no_objections(self) -> None:
        for unit in ("twinlock-backup.service", "twinlock-backup.timer"):
            done = subprocess.run(["systemd-analyze", "verify", "--man=no", UNITS / unit], capture_output=True, text=True,
                                  check=False)
            self.assertEqual((0, ""), (done.returncode, done.stderr), unit)


class Procedures(BackupScenario):
    def setUp(self) -> None:
        super().setUp()
        tools = Path("/run/tools")
        tools.mkdir(exist_ok=True)
        self.addCleanup(shutil.rmtree, tools)
        (tools / "twinlock").symlink_to(paths.COMMAND)
        # For those that need a person or a running systemd.
        (tools / "editor").write_text(f"#!/bin/sh\necho '{PASSPHRASE}' > \"$1\"\n")
        (tools / "systemctl").write_text("#!/bin/sh\necho \"$@\" >> /run/tools/asked\n")
        for tool in ("editor", "systemctl"):
            (tools / tool).chmod(0o755)
        self.path = f"{tools}:{os.environ['PATH']}"
        for directory in (Path("/root"), NIGHTLY.parent):  # neither is this machine's own in the sandbox
            subprocess.run(["mount", "-t", "tmpfs", "tmpfs", directory], check=True)
            self.addCleanup(subprocess.run, ["umount", "--lazy", directory], check=True)

    def carry_out(self, commands: list[str]) -> str:
        """At a terminal, by somebody who knows the passphrase and agrees. What is shown."""
        shown = ""
        for command in commands:
            person = pexpect.spawn("/bin/sh", ["-c", command], encoding="utf-8", timeout=30,
                                   env={**os.environ, "PATH": self.path})
            person.delaybeforesend = None
            while (asked := person.expect(PROMPTS)) != len(PROMPTS) - 1:
                person.sendline("y" if PROMPTS[asked].startswith(r"\[") else PASSPHRASE)
            shown += str(person.before)
            person.close()
            self.assertEqual(0, person.exitstatus, f"{command}: {shown}")
        return shown

    def test_daily_backups(self) -> None:
        enrol("alice")
        begin, check = procedure("Daily backups")
        self.carry_out(begin)
        self.assertEqual(0o600, PASSPHRASE_FILE.stat().st_mode & 0o777)
        self.assertEqual(["enable --now twinlock-backup.timer", "start twinlock-backup.service"],
                         Path("/run/tools/asked").read_text().splitlines())
        NIGHTLY.mkdir(mode=0o700)
        old, kept = NIGHTLY / "2020-01-01T023000.backup", NIGHTLY / "notes"
        for path in (old, kept):
            path.write_text("")
            os.utime(path, (0, 0))
        run_service()
        new = [path for path in NIGHTLY.iterdir() if path != kept]
        self.assertEqual(1, len(new))
        self.assertRegex(new[0].name, r"^\d{4}-\d\d-\d\dT\d{6}\.backup$")
        self.assertEqual((0o700, 0o600), (NIGHTLY.stat().st_mode & 0o777, new[0].stat().st_mode & 0o777))
        self.assertIn("is good", self.carry_out(check))

    def test_moving_to_a_new_server(self) -> None:
        enrol("alice")
        old, new = procedure("Moving to a new server")
        self.carry_out(old)
        backups.lose_everything()
        self.assertIn("alice", self.carry_out(new))

    def test_a_lost_key_file(self) -> None:
        phone = enrol("alice")
        backups.back_up(file=Path("/root/latest.backup"))
        KEY_FILE.unlink()
        for commands in procedure("A lost key file"):
            self.carry_out(commands)
        self.assertEqual("accepted", verdict("alice", phone.code()))

    def test_a_stolen_disk(self) -> None:
        enrol("alice")
        for commands in procedure("A stolen disk or backup"):
            self.carry_out(commands)
        self.assertEqual(2, len([key for key in run_json("key", "list") if key["purpose"] == "record"]))

    def test_a_virtual_machine_that_was_put_back(self) -> None:
        phone = enrol("alice")
        old = (USERS / "alice").read_bytes()
        code = phone.code()
        self.assertEqual("accepted", verdict("alice", code))
        backups.back_up(file=Path("/root/newer.backup"))
        (USERS / "alice").write_bytes(old)
        first, second = procedure("A virtual machine or disk that was put back")
        self.carry_out(first)
        self.assertEqual("replayed", verdict("alice", code))
        self.carry_out(second)
        self.assertEqual("replayed", verdict("alice", code))

    def test_each_procedure_is_tried(self) -> None:
        section = MANUAL.split("\n.Sh BACKUPS\n")[1].split("\n.Sh ")[0]
        self.assertEqual(5, len(re.findall(r"^\.Ss ", section, re.MULTILINE)))
        self.assertTrue(STATE.exists() and DONE == run("list").status)
        twinlock.run("config", "check")
