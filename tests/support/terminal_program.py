"""su, sudo and login on a terminal, as a person there uses them. Only for use inside the sandbox."""

import functools
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pexpect

from support import paths
from support.accounts import Account

_SUDO = Path("/run/programs/sudo")  # its plugins are in place already
_QUESTION = re.compile(r"([^\r\n]*(?:assword|password for \w+|Code|login): )$")
_TIMEOUT = 40  # seconds for one step; a refusal takes some on purpose


@dataclass
class Outcome:
    """How a program ended."""

    status: int = -1
    questions: list[str] = field(default_factory=list)
    output: str = ""  # what stood on the terminal after the last answer


class StillAsking(Exception):
    """The program asks what there is no answer to, or the same once more. It is ended."""

    def __init__(self, questions: list[str], seen: str) -> None:
        super().__init__(f"asked: {questions}")
        self.questions = questions
        self.seen = seen  # between the last two questions


@functools.cache
def sudo() -> Path:
    """The unpacked sudo, where it may be what it must be: root's and setuid."""
    _SUDO.parent.mkdir()
    shutil.copy(paths.SUDO, _SUDO)
    _SUDO.chmod(0o4755)
    return _SUDO


def run(account: Account | None, command: Sequence[str | Path], answers: Mapping[str, str],
        environment: Mapping[str, str] | None = None) -> Outcome:
    """As that account, None being root; `answers` says what is typed by how the question ends, once each."""
    child = _spawn(account, command, environment or {})
    left, outcome = dict(answers), Outcome()
    try:
        while child.expect([_QUESTION, pexpect.EOF]) == 0:
            outcome.questions.append(str(child.match.group(1)))
            known = next((end for end in left if outcome.questions[-1].endswith(end)), None)
            if known is None:
                raise StillAsking(outcome.questions, child.before)
            child.sendline(left.pop(known))
    finally:
        child.close(force=True)
    outcome.output = child.before.replace("\r\n", "\n").removeprefix("\n")
    outcome.status = child.exitstatus if child.exitstatus is not None else -child.signalstatus
    return outcome


def _spawn(account: Account | None, command: Sequence[str | Path], environment: Mapping[str, str]) -> pexpect.spawn:
    program, *arguments = map(str, command)
    child = pexpect.spawn(program, arguments, encoding="utf-8", timeout=_TIMEOUT, cwd="/",
                          env={"PATH": f"/usr/bin:/bin:{_SUDO.parent}", "TERM": "dumb", **environment},
                          preexec_fn=functools.partial(_become, account) if account else None)
    child.delaybeforesend = None
    return child


def _become(account: Account) -> None:
    os.setgroups([])
    os.setgid(account.uid)
    os.setuid(account.uid)
