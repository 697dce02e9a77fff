"""The units, in the root of an installed package: what systemd would say when it loads them."""

import subprocess
import tempfile
import unittest
from pathlib import Path

from support import packages


class Units(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory(dir="/run")
        self.addCleanup(directory.cleanup)
        self.root = Path(directory.name)
        for name in ("libpam-twinlock", "twinlock"):
            packages.unpack(packages.deb(name), self.root)
        for standard in ("usr/bin/find", "usr/bin/install", "usr/bin/mv", "usr/bin/systemctl", "bin/sh"):
            path = self.root / standard
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o755)
        units = Path("/lib/systemd/system")
        for standard in ("sysinit.target", "basic.target", "shutdown.target", "timers.target", "time-sync.target",
                         "time-set.target", "multi-user.target", "system.slice", "-.slice", "umount.target"):
            (self.root / "lib/systemd/system" / standard).write_bytes((units / standard).read_bytes()
                                                                      if (units / standard).exists() else b"[Unit]\n")
        self.units = sorted((self.root / "lib/systemd/system").glob("twinlock-*"))

    def verify(self) -> str:
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", "--recursive-errors=one", f"--root={self.root}",
                               *(f"/lib/systemd/system/{unit.name}" for unit in self.units)],
                              capture_output=True, text=True, check=False)
        return "\n".join([f"exit {done.returncode}", *filter(None, done.stderr.splitlines())])

    def test_systemd_has_nothing_to_say(self) -> None:
        self.assertGreater(len(self.units), 1)
        self.assertEqual("exit 0", self.verify())

    def test_it_would_say_what_is_wrong(self) -> None:
        service = self.root / "lib/systemd/system/twinlock-sweep.service"
        good = service.read_text()
        for wrong in (good.replace("ProtectHome=", "ProtectHomes="), good.replace("/usr/bin/twinlock", "/usr/bin/twinluck")):
            service.write_text(wrong)
            self.assertIn("twinlock-sweep.service", self.verify())

    def test_what_is_enabled_does_nothing_before_init(self) -> None:
        text = (self.root / "lib/systemd/system/twinlock-sweep.service").read_text()
        self.assertRegex(text, r"ConditionPathExists=\|?/etc/twinlock/twinlock.conf")
        parts = packages.control_file(packages.deb("twinlock"), "postinst").split("# End automatically added section")
        # What asks `debian-installed` first leaves a unit as the administrator has it.
        unasked = [line for part in parts if "debian-installed" not in part for line in part.splitlines()]
        enabled = {word.strip("'") for line in unasked if "deb-systemd-helper enable" in line
                   for word in line.split() if ".timer" in word or ".service" in word}
        self.assertEqual({"twinlock-sweep.timer"}, enabled)
