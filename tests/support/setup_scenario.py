"""The stage of the tests of `twinlock setup`: a machine as its distribution leaves it, with our programs installed."""

import functools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from support import paths, sshd, twinlock
from support.command import DONE, CommandScenario, Done, run

PAM = Path("/etc/pam.d")
SSH = Path("/etc/ssh")
SSHD_CONFIG, SSH_STACK = SSH / "sshd_config", PAM / "sshd"
SSH_DROP_IN = SSH / "sshd_config.d/10-twinlock.conf"
JOURNAL = Path("/var/lib/twinlock/setup")
PID_FILE = Path("/run/sshd.pid")

DEBIAN_STACK = (paths.SYSROOT / "etc/pam.d/sshd").read_text()
DEBIAN_SSHD_CONFIG = (paths.SYSROOT / "usr/share/openssh/sshd_config").read_text()
# As Fedora ships it.
FEDORA_STACK = """\
#%PAM-1.0
auth       substack     password-auth
auth       include      postlogin
account    required     pam_sepermit.so
account    required     pam_nologin.so
account    include      password-auth
password   include      password-auth
# pam_selinux.so close should be the first session rule
session    required     pam_selinux.so close
session    required     pam_loginuid.so
# pam_selinux.so open should only be followed by sessions to be executed in the user context
session    required     pam_selinux.so open env_params
session    required     pam_namespace.so
session    optional     pam_keyinit.so force revoke
session    optional     pam_motd.so
session    include      password-auth
session    include      postlogin
"""

State = tuple[bytes, int, int, int]  # content, owner, group, mode


def state_of(path: Path) -> State | None:
    if not path.exists():
        return None
    status = path.stat()
    return path.read_bytes(), status.st_uid, status.st_gid, status.st_mode


def states_of(paths_: Iterable[Path]) -> dict[Path, State | None]:
    return {path: state_of(path) for path in paths_}


def everything_below(*directories: Path) -> dict[Path, State | None]:
    """All files, whatever their names: also those that nobody should have left behind."""
    return states_of(file for directory in directories for file in directory.rglob("*") if file.is_file())


@functools.cache
def install_programs() -> None:
    """The module where PAM looks for it, and sshd where the command finds it."""
    modules = next(Path("/usr/lib").glob("*/security/pam_unix.so")).parent
    private = Path("/run/security")
    shutil.copytree(modules, private)
    shutil.copy(paths.MODULE, private / "pam_twinlock.so")
    subprocess.run(["mount", "--bind", private, modules], check=True)
    os.environ["PATH"] = f"{paths.SSHD.parent}:{os.environ['PATH']}"


class SystemSshd(sshd.Sshd):
    """Runs by /etc/ssh/sshd_config, as the system's own does; the stock file behind the lines that the test needs."""

    def _start(self, options: Iterable[str]) -> subprocess.Popen[str]:
        SSHD_CONFIG.write_text(config_text(self.port, options))
        return subprocess.Popen([paths.SSHD, "-D", "-e"], stderr=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL)


def config_text(port: int = 22, options: Iterable[str] = ()) -> str:
    own = ["Include /etc/ssh/sshd_config.d/*.conf", *options, f"Port {port}", "ListenAddress 127.0.0.1",
           f"PidFile {PID_FILE}", "LogLevel VERBOSE", "HostKey /etc/ssh/ssh_host_ed25519_key"]
    return "\n".join(own) + "\n" + DEBIAN_SSHD_CONFIG


class SetupScenario(CommandScenario):
    """alice is enrolled; nothing is set up."""

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        install_programs()

    def setUp(self) -> None:
        super().setUp()
        self.be_unset()
        self.phone = twinlock.enrol("alice")
        self.addCleanup(self.end_countdowns)

    def place_for_programs(self) -> Path:
        """What a test puts there is found before the machine's own, until its end."""
        place = Path(self.enterContext(tempfile.TemporaryDirectory()))
        path = os.environ["PATH"]
        self.addCleanup(os.environ.__setitem__, "PATH", path)
        os.environ["PATH"] = f"{place}:{path}"
        return place

    def be_unset(self) -> None:
        shutil.rmtree(SSH)
        (SSH / "sshd_config.d").mkdir(parents=True)
        sshd.make_key(SSH / "ssh_host_ed25519_key")
        SSHD_CONFIG.write_text(config_text())
        SSH_STACK.unlink(missing_ok=True)  # with its attributes
        SSH_STACK.write_text(DEBIAN_STACK)

    def end_countdowns(self) -> None:
        """Nothing of this test may roll back in the next one."""
        for file in JOURNAL.glob("*.json"):
            watcher = json.loads(file.read_text()).get("watcher")
            if watcher and Path(f"/proc/{watcher['pid']}").exists():
                os.kill(watcher["pid"], signal.SIGKILL)
        shutil.rmtree(JOURNAL, ignore_errors=True)

    def setup_ssh(self, *options: str) -> Done:
        return run("setup", "ssh", "--yes", *options)

    def set_up_ssh(self, *options: str) -> Done:
        return self.assert_status(DONE, self.setup_ssh(*options))

    def await_condition(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not come true")
            time.sleep(0.05)
