"""Our units of systemd. No systemd runs here: its own tools check them, and what matters of a unit's confinement is done
to its commands by hand: capabilities, a read-only file system, system calls.
"""

import re
import subprocess
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

from support import paths

SYSTEMD = paths.PACKAGING / "systemd"
_READ_ONLY = r"""
set -e
writable=$1; capabilities=$2; shift 2
for path in $writable; do mount --bind "$path" "$path"; done
awk '{ print $2 }' /proc/self/mounts | sort -u | while read -r path; do
  mountpoint -q "$path" || continue  # hidden below another one
  keep=
  for other in $writable /proc /dev /sys; do case $path/ in "$other"/*) keep=yes ;; esac; done
  [ -n "$keep" ] || mount -o remount,bind,ro "$path"
done
exec setpriv --no-new-privs --inh-caps=-all --bounding-set="$capabilities" "$@"
"""


class Unit:
    def __init__(self, name: str) -> None:
        self.path = SYSTEMD / name
        self._settings = re.findall(r"^(\w+)=(.*)$", self.path.read_text(), re.MULTILINE)

    def all(self, key: str) -> list[str]:
        return [value for name, value in self._settings if name == key]

    @cached_property
    def writable(self) -> list[str]:
        assert self.all("ProtectSystem") == ["strict"]
        runtime = [f"/run/{name}" for name in self.all("RuntimeDirectory")]
        return [path.removeprefix("-") for value in self.all("ReadWritePaths") for path in value.split()] + runtime

    @property
    def prefix(self) -> Sequence[str]:
        """What runs a command with the unit's capabilities, where it may write only what the unit may."""
        (kept,) = self.all("CapabilityBoundingSet")
        names = [name.removeprefix("CAP_").lower() for name in kept.split()]
        capabilities = ",".join(["-all", *(f"+{name}" for name in names)])
        return ["unshare", "--mount", "--propagation", "private", "/bin/sh", "-c", _READ_ONLY, "sh",
                " ".join(self.writable), capabilities]

    @property
    def system_calls(self) -> set[str]:
        """Those that its filters let through."""
        allowed: set[str] = set()
        for value in self.all("SystemCallFilter"):
            names = set[str]().union(*(_expanded(name) for name in value.removeprefix("~").split()))
            allowed = allowed - names if value.startswith("~") else allowed | names
        return allowed


def _expanded(name: str) -> set[str]:
    if not name.startswith("@"):
        return {name}
    listed = subprocess.run(["systemd-analyze", "syscall-filter", name], capture_output=True, text=True, check=True).stdout
    names = [line.strip() for line in listed.splitlines()[1:] if not line.strip().startswith("#")]
    return set[str]().union(*(_expanded(inner) for inner in names if inner))


def verified(directory: Path) -> str:
    """What `systemd-analyze verify` objects to in all units there."""
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", *sorted(directory.glob("*.*"))], capture_output=True,
                          text=True, check=False)
    return done.stdout + done.stderr + (f"status {done.returncode}" if done.returncode else "")


def traced_calls(command: Sequence[str | Path], environment: dict[str, str] | None = None) -> set[str]:
    """The names of all system calls of a program that ends well."""
    trace = Path("/run/calls")
    subprocess.run(["strace", "--follow-forks", "-o", trace, *command], env=environment, capture_output=True, check=True)
    return set(re.findall(r"^\d+ +(\w+)\(", trace.read_text(), re.MULTILINE))
