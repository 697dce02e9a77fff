"""Drives the freshly built module through libpam (tests/module/pam_driver.cc). Only for use inside the sandbox."""

import enum
import functools
import json
import os
import select
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from support import paths

MODULE = Path("/run/modules", paths.MODULE.name)
_DRIVER = paths.BUILD / "tests/module/pam_driver"
_EDIT_RECORD = paths.BUILD / "tests/module/edit_record"
_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin", "SHELL": "/bin/sh"}
_SERVICES = ("sshd", "samba", "su")
_LIBRARIES = ("lib/*-linux-gnu*", "lib64", "lib")
_FAKE_TIME = "faketime/libfaketime.so.1"


class Code(enum.IntEnum):
    """security/_pam_types.h"""

    SUCCESS = 0
    SYSTEM_ERR = 4
    PERM_DENIED = 6
    AUTH_ERR = 7
    SESSION_ERR = 14
    CONV_ERR = 19
    ABORT = 26
    CONV_AGAIN = 30


# A prompt's answer: a text, raw bytes, no response at all, or the failure of the conversation.
Answer = str | bytes | None | Code
# A phase of PAM, or {"put": "NAME=VALUE"}: what the application puts into PAM's environment meanwhile.
Step = str | dict[str, Any]

IN_SSHD: Step = {"put": "SSH_CONNECTION=192.0.2.7 50022 192.0.2.1 22"}


def completed(methods: str) -> Step:
    """sshd tells which methods were completed, one a line."""
    return {"put": f"SSH_AUTH_INFO_0={methods}"}


def proof(nonce: str) -> Step:
    """As `auth` hands it on to `account` and `session`."""
    return {"put": f"TWINLOCK_PROOF={nonce}"}


KEYBOARD = completed("keyboard-interactive/pam\n")


@dataclass
class Scenario:
    """What an application does in one attempt to log in; keys as pam_driver.cc reads them."""

    user: str | bytes | None
    answers: Sequence[Any] = ()
    service: str = "sshd"
    rhost: str | None = "192.0.2.7"
    steps: Sequence[Step] = ("authenticate",)
    silent: bool = False
    repeat: int = 1
    parallel: int = 0
    arguments: str = ""  # behind pam_twinlock.so in the stack
    host: dict[str, Any] | None = None  # for a host program in odd circumstances (support/hostile.py)

    def json(self) -> str:
        keys = {**asdict(self), "confdir": str(stack(self.arguments)), "user": _plain(self.user),
                "answers": [_plain(answer) for answer in self.answers]}
        return json.dumps(keys)


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt."""

    steps: Sequence[tuple[str, int]]
    prompts: Sequence[str]
    messages: Sequence[str]
    environment: Sequence[str]
    delays: Sequence[int]

    def code(self, step: str) -> Code:
        """Of the last such step."""
        return Code([code for name, code in self.steps if name == step][-1])

    @property
    def let_in(self) -> bool:
        return all(code == Code.SUCCESS for _, code in self.steps)

    def variable(self, name: str) -> str | None:
        return next((entry.removeprefix(f"{name}=") for entry in self.environment if entry.startswith(f"{name}=")), None)


def attempt(user: str | bytes | None, *answers: Answer, hours_ahead: float = 0, **scenario: Any) -> Outcome:
    """One attempt; `hours_ahead` moves the clock that the module reads."""
    clock = clock_at(f"{hours_ahead:+}h") if hours_ahead else {}
    return repeated(Scenario(user, answers, **scenario), clock)[0]


def clock_at(moment: str) -> dict[str, str]:
    """Environment of a process in which it is that moment, such as "-1h" or "@2040-01-01 00:00:00"."""
    library = next(path for place in _LIBRARIES for path in Path("/usr").glob(f"{place}/{_FAKE_TIME}"))
    return {"LD_PRELOAD": f"{library} {os.environ.get('LD_PRELOAD', '')}", "FAKETIME": moment}


def repeated(scenario: Scenario, environment: Mapping[str, str] | None = None) -> list[Outcome]:
    """`scenario.repeat` attempts in one process."""
    return outcomes(run(scenario, environment)[:-1])  # the last line is about the process itself


def outcomes(lines: Sequence[Any]) -> list[Outcome]:
    return [Outcome(**line) for line in lines]


def in_parallel(scenario: Scenario) -> list[Outcome]:
    """The attempts of `scenario.parallel` processes, which pass the first prompt together."""
    return [outcome for child in run(scenario) for outcome in outcomes(child)]


def run(scenario: Scenario, environment: Mapping[str, str] | None = None, wrapper: Sequence[str | Path] = (),
        before: Callable[[], None] | None = None) -> list[Any]:
    """All that pam_driver prints; `before` runs in the new process. A module that crashes or prints fails here."""
    done = subprocess.run([*wrapper, _DRIVER], input=scenario.json(), text=True, capture_output=True, timeout=120,
                          env={**_ENVIRONMENT, **(environment or {})}, preexec_fn=before)
    return _lines(done.returncode, done.stdout, done.stderr)


def killed(scenario: Scenario, wrapper: Sequence[str | Path]) -> None:
    """A wrapper that has pam_driver killed. It fails here when nobody was."""
    done = subprocess.run([*wrapper, _DRIVER], input=scenario.json(), text=True, capture_output=True, timeout=120,
                          env=_ENVIRONMENT, check=False)
    if done.returncode != -signal.SIGKILL:
        raise AssertionError(f"pam_driver: exit {done.returncode}, not killed\n{done.stderr[-2000:]}")


class Started:
    """pam_driver at work."""

    def __init__(self, scenario: Scenario) -> None:
        self._process = subprocess.Popen([_DRIVER], text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                         stderr=subprocess.PIPE, env=_ENVIRONMENT)
        assert self._process.stdin
        self._process.stdin.write(scenario.json())
        self._process.stdin.close()
        self._process.stdin = None

    def finish(self) -> list[Any]:
        """What run() returns."""
        stdout, stderr = self._process.communicate(timeout=120)
        return _lines(self._process.returncode, stdout, stderr)

    def wait_for_output(self) -> None:
        """Until the first attempt is told."""
        assert self._process.stdout
        select.select([self._process.stdout], [], [], 120)

    def kill(self) -> list[Outcome]:
        """SIGKILL, now. The attempts that it had told by then."""
        self._process.kill()
        stdout, stderr = self._process.communicate(timeout=120)
        whole = [line for line in stdout.splitlines(keepends=True) if line.endswith("\n")]
        return outcomes(_lines(0, "".join(whole), stderr))


def disable(user: str) -> None:
    subprocess.run([_EDIT_RECORD, "disable", "/etc/twinlock/twinlock.conf", user], check=True)


@functools.cache
def stack(arguments: str) -> Path:
    """A directory of PAM files whose only judge is the module. pam_permit makes a PAM_IGNORE of ours show."""
    directory = Path(tempfile.mkdtemp(prefix="pam.", dir="/run"))
    ours = f"{MODULE} {arguments}"
    lines = [f"auth required {ours}", f"account required {ours}", "account required pam_permit.so",
             f"session required {ours}", "session required pam_permit.so"]
    for service in _SERVICES:
        (directory / service).write_text("\n".join(lines) + "\n")
    (directory / "other").write_text("auth required pam_deny.so\naccount required pam_deny.so\n")
    return directory


def _lines(status: int, stdout: str, stderr: str) -> list[Any]:
    if status != 0 or stderr:
        raise AssertionError(f"pam_driver: exit {status}\n{stdout[-500:]}{stderr[-2000:]}")
    return [json.loads(line) for line in stdout.splitlines()]


def _plain(value: Answer) -> Any:
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    return {"error": int(value)} if isinstance(value, Code) else value
