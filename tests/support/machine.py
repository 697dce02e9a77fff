"""A fresh Debian to install packages on: the root that tests/packages/clean_root.sh made, copied for one test.

It has processes and a network of its own, with loopback only, so that daemons take their usual ports and apt reaches
nothing but what lies there. Only for use inside the sandbox.
"""

import contextlib
import ctypes
import fcntl
import re
import shutil
import socket
import struct
import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from support import paths
from support.lines import Lines

ROOT = paths.BUILD / "packages_clean_root"
_NEW_NETWORK = 0x40000000  # CLONE_NEWNET
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8", "TERM": "dumb",
                "DEBIAN_FRONTEND": "noninteractive"}


class Machine(contextlib.AbstractContextManager["Machine"]):
    def __init__(self) -> None:
        _leave_network()
        self.root = Path("/run/machine")
        self.root.mkdir()
        _mount("-t", "tmpfs", "-o", "mode=755", "tmpfs", self.root)
        subprocess.run(["cp", "--archive", f"{ROOT}/.", self.root], check=True)
        _mount("-t", "proc", "proc", self.root / "proc")
        _mount("--rbind", "/dev", self.root / "dev")
        self.write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", mode=0o755)  # nothing starts by itself
        self._daemons: list[Daemon] = []

    def __exit__(self, *_: object) -> None:
        for daemon in self._daemons:
            daemon.stop()
        for mounted in ("dev", "proc", ""):
            subprocess.run(["umount", "--recursive", self.root / mounted], check=True)
        self.root.rmdir()

    def path(self, inside: str) -> Path:
        return self.root / inside.lstrip("/")

    def write(self, inside: str, text: str, mode: int = 0o644) -> None:
        file = self.path(inside)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def run(self, *command: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Whatever its status. stdout and stderr come as one."""
        return subprocess.run(["chroot", self.root, *command], input=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, errors="replace", env={**_ENVIRONMENT, **environment}, timeout=200, check=False)

    def do(self, *command: str, stdin: str = "") -> str:
        """Its output; AssertionError where it does not end with 0."""
        done = self.run(*command, stdin=stdin)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout}")
        return done.stdout

    def copy_in(self, file: Path, directory: str) -> str:
        self.path(directory).mkdir(parents=True, exist_ok=True)
        shutil.copy(file, self.path(directory))
        return f"{directory}/{file.name}"

    def start(self, port: int, ready: str, *command: str) -> "Daemon":
        """In the foreground; returns when a line of its output matches `ready`."""
        daemon = Daemon(port, self.root, command)
        self._daemons.append(daemon)
        daemon.wait_until(ready)
        return daemon


class Daemon:
    """Stands for support.sshd.Sshd and support.smbd.Smbd where clients want one of these."""

    _ENDED = "(the daemon has ended)"

    def __init__(self, port: int, root: Path, command: Sequence[str]) -> None:
        self.port = port
        self.log = Lines()
        self._process = subprocess.Popen(["chroot", root, *command], env=_ENVIRONMENT, stdin=subprocess.DEVNULL,
                                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                                         process_group=0)
        threading.Thread(target=self._collect, args=(self._process.stdout,), daemon=True).start()

    def wait_until(self, ready: str) -> None:
        if self.log.wait_for(f"{ready}|^{re.escape(self._ENDED)}") == self._ENDED:
            raise RuntimeError(f"did not start:\n{self.log.text()}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=20)

    def _collect(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self.log.append(line.rstrip())
        self.log.append(self._ENDED)


def _mount(*arguments: str | Path) -> None:
    subprocess.run(["mount", *arguments], check=True)


def _leave_network() -> None:
    """Into one of our own, whose loopback interface is up."""
    if ctypes.CDLL(None, use_errno=True).unshare(_NEW_NETWORK) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        name = struct.pack("16sh", b"lo", 0x1)  # IFF_UP
        fcntl.ioctl(control, 0x8914, name)  # SIOCSIFFLAGS
