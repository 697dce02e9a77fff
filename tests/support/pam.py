"""Drives the freshly built module through libpam (tests/module/pam_driver.cc). Only for use inside the sandbox."""

import enum
import functools
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from support import paths

MODULE = Path("/run/modules", paths.MODULE.name)
_DRIVER = paths.BUILD / "tests/module/pam_driver"
_DISABLE_RECORD = paths.BUILD / "tests/module/disable_record"
_SERVICES = ("sshd", "samba", "su", "other")
_FAKE_TIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


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
    clock = {"LD_PRELOAD": _FAKE_TIME, "FAKETIME": f"+{hours_ahead}h"} if hours_ahead else {}
    return repeated(Scenario(user, answers, **scenario), clock)[0]


def repeated(scenario: Scenario, environment: Mapping[str, str] | None = None) -> list[Outcome]:
    """`scenario.repeat` attempts in one process."""
    return outcomes(run(scenario, environment))


def outcomes(result: Mapping[str, Any]) -> list[Outcome]:
    return [Outcome(**one) for one in result["attempts"]]


def in_parallel(scenario: Scenario) -> list[list[Outcome]]:
    """The attempts of `scenario.parallel` processes, which pass the first prompt together."""
    return [outcomes(child) for child in run(scenario)]


def run(scenario: Scenario, environment: Mapping[str, str] | None = None, wrapper: Sequence[str | Path] = ()) -> Any:
    """All that pam_driver prints. A module that prints something itself fails here."""
    done = subprocess.run([*wrapper, _DRIVER], input=scenario.json(), text=True, capture_output=True, timeout=120,
                          env={**os.environ, **(environment or {})})
    if done.returncode != 0 or done.stderr:
        raise AssertionError(f"pam_driver: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return json.loads(done.stdout)


def start(scenario: Scenario) -> "subprocess.Popen[str]":
    """A driver at work; its standard output is what run() returns."""
    process = subprocess.Popen([_DRIVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    process.stdin.write(scenario.json())
    process.stdin.close()
    return process


def disable(user: str) -> None:
    subprocess.run([_DISABLE_RECORD, "/etc/twinlock/twinlock.conf", user], check=True)


@functools.cache
def stack(arguments: str) -> Path:
    """A directory of PAM files whose only judge is the module. pam_permit makes a PAM_IGNORE of ours show."""
    directory = Path(tempfile.mkdtemp(prefix="pam.", dir="/run"))
    ours = f"{MODULE} {arguments}"
    lines = [f"auth required {ours}", f"account required {ours}", "account required pam_permit.so",
             f"session required {ours}", "session required pam_permit.so"]
    for service in _SERVICES:
        (directory / service).write_text("\n".join(lines) + "\n")
    return directory


def _plain(value: Answer) -> Any:
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    return {"error": int(value)} if isinstance(value, Code) else value
