"""The units of systemd and its tmpfiles: checked by systemd's own tools."""

import shutil
import stat
import subprocess
import tempfile
import unittest
from pathlib import Path

from support import paths, twinlock, unit_file
from support.command import CommandScenario
from support.unit_file import SYSTEMD

TMPFILES = paths.PACKAGING / "tmpfiles.d/twinlock.conf"


class Verified(unittest.TestCase):
    def setUp(self) -> None:
        """The units, with our program where it has been built."""
        self.directory = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="units.")))
        for unit in SYSTEMD.iterdir():
            (self.directory / unit.name).write_text(unit.read_text().replace("/usr/bin/twinlock", str(paths.COMMAND)))

    def test_systemd_has_no_objections(self) -> None:
        self.assertLessEqual({"twinlock-sweep.service", "twinlock-sweep.timer", "twinlock-key.service"},
                             {unit.name for unit in self.directory.iterdir()})
        self.assertEqual("", unit_file.verified(self.directory))

    def test_it_would_object_to_a_mistake(self) -> None:
        sweep = self.directory / "twinlock-sweep.service"
        sweep.write_text(sweep.read_text().replace("ProtectClock=", "ProtectClocks="))
        self.assertIn("Unknown key 'ProtectClocks'", unit_file.verified(self.directory))

    def test_the_services_are_confined(self) -> None:
        for unit, most in (("twinlock-sweep.service", 25), ("twinlock-key.service", 15)):  # tenths; 10.0 is the worst
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={most}",
                                   self.directory / unit], capture_output=True, text=True, check=False)
            self.assertEqual(0, done.returncode, done.stdout + done.stderr)


def modes(directory: Path) -> dict[str, tuple[int, int]]:
    """Mode and owner of a directory and of those inside."""
    found = {}
    for path in (directory, *directory.rglob("*")):
        status = path.stat()
        found[str(path.relative_to(directory))] = (stat.S_IMODE(status.st_mode), status.st_uid)
    return found


class Tmpfiles(CommandScenario):
    def create(self, root: Path) -> None:
        done = subprocess.run(["systemd-tmpfiles", "--create", f"--root={root}", TMPFILES], capture_output=True, text=True,
                              check=False)
        self.assertEqual((0, ""), (done.returncode, done.stdout + done.stderr))

    def test_it_makes_what_logins_and_the_sweep_would_make(self) -> None:
        root = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="root.")))
        self.create(root)
        shutil.rmtree("/run/twinlock")
        twinlock.run("init")
        twinlock.run("sweep")
        Path("/run/twinlock/sweep/last").unlink()  # when it was done
        self.assertEqual(modes(Path("/run/twinlock")), modes(root / "run/twinlock"))
        self.assertEqual({".": (0o700, 0), "smb": (0o700, 0), "sessions": (0o700, 0), "sweep": (0o700, 0)}, modes(root / "run/twinlock"))

    def test_it_takes_back_what_others_could_read(self) -> None:
        root = Path(self.enterContext(tempfile.TemporaryDirectory(prefix="root.")))
        self.create(root)
        (root / "run/twinlock").chmod(0o777)
        self.create(root)
        self.assertEqual((0o700, 0), modes(root / "run/twinlock")["."])
