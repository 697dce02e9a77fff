"""Runs the twinlock command as a shell or a person would, whatever its status. Only for use inside the sandbox."""

import contextlib
import json
import shutil
import subprocess
import unittest
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import pexpect

from support import paths, syslog, twinlock

# The exit statuses of twinlock(8).
DONE, NO, USAGE, CONFIG, NOT_FOUND, STORE, NOT_PERMITTED = range(7)

CONFIG_FILE = Path("/etc/twinlock/twinlock.conf")
USERS = Path("/var/lib/twinlock/users")
AUDIT_LOG = Path("/var/log/twinlock/audit.log")
AUDIT_HEAD = Path("/var/lib/twinlock/audit.head")

Argument = str | bytes | Path


@dataclass(frozen=True)
class Done:
    status: int  # negative: the signal that ended it
    output: str
    messages: str  # stderr

    def json(self) -> Any:
        return json.loads(self.output)

    def error(self) -> dict[str, Any]:
        """What a command with --json says on stderr when it fails."""
        return dict(json.loads(self.messages)["error"])


def run(*arguments: Argument, stdin: str | bytes = b"", prefix: Sequence[str] = (),
        stdout: int | IO[bytes] = subprocess.PIPE, before: Callable[[], None] | None = None) -> Done:
    """`prefix` is a program that starts the command; `before` runs in the new process."""
    typed = stdin.encode() if isinstance(stdin, str) else stdin
    done = subprocess.run([*prefix, paths.COMMAND, *arguments], input=typed, stdout=stdout, stderr=subprocess.PIPE,
                          timeout=60, preexec_fn=before, check=False)
    return Done(done.returncode, (done.stdout or b"").decode(), done.stderr.decode())


class Person(pexpect.spawn):
    """Somebody who runs the command on a terminal."""

    def __init__(self, *arguments: str) -> None:
        super().__init__(str(paths.COMMAND), list(arguments), encoding="utf-8", timeout=20, dimensions=(60, 120))
        self.delaybeforesend = None

    def end(self) -> int:
        """Waits for it. The exit status; negative: the signal that ended it. The rest of the screen is in `before`."""
        self.expect(pexpect.EOF)
        self.wait()
        return -self.signalstatus if self.signalstatus is not None else int(self.exitstatus)


class CommandScenario(unittest.TestCase):
    """A machine on which `twinlock init` ran and nobody is enrolled."""

    @classmethod
    def setUpClass(cls) -> None:
        syslog.collected()
        twinlock.run("init")

    def setUp(self) -> None:
        for path in USERS.iterdir():  # not by the command: a test may have left what it refuses to touch
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        for path in (AUDIT_HEAD, *AUDIT_LOG.parent.glob("audit.log*")):
            path.unlink(missing_ok=True)
        syslog.collected().clear()

    def assert_status(self, status: int, done: Done) -> Done:
        self.assertEqual(status, done.status, f"\n{done.output}\n{done.messages}")
        return done

    def assert_fails(self, status: int, *arguments: Argument, stdin: str | bytes = b"") -> str:
        """In both forms, with nothing on stdout; returns "what: why"."""
        plain = self.assert_status(status, run(*arguments, stdin=stdin))
        as_json = self.assert_status(status, run("--json", *arguments, stdin=stdin))
        self.assertEqual(("", ""), (plain.output, as_json.output))
        error = as_json.error()
        self.assertEqual(["status", "what", "why", "mend"], list(error))
        self.assertEqual(status, error["status"])
        said = f"{error['what']}: {error['why']}"
        advice = f"  {error['mend']}\n" if error["mend"] else ""
        self.assertEqual(f"twinlock: {said}\n{advice}", plain.messages)
        return said

    @contextlib.contextmanager
    def config(self, text: str) -> Iterator[None]:
        """Another configuration for a while."""
        former = CONFIG_FILE.read_text()
        CONFIG_FILE.write_text(text)
        try:
            yield
        finally:
            CONFIG_FILE.write_text(former)
