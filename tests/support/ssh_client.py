"""Logs in with the OpenSSH client on a terminal, as a person would."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pexpect

from support.sshd import Sshd

_TIMEOUT = 40  # seconds for one step; a refusal takes some on purpose


@dataclass(frozen=True)
class Exchange:
    """One question and its answer."""

    prompt: str
    answer: str
    echoed: bool = False  # whether the terminal showed the answer


@dataclass(frozen=True)
class Outcome:
    """How a login ended."""

    status: int  # of ssh: that of the remote command, 255 when there was no login
    prompts: list[Exchange]
    output: str  # what stood on the terminal after the last answer
    server_log: str

    @property
    def let_in(self) -> bool:
        return self.status == 0

    def questions(self) -> list[str]:
        return [exchange.prompt for exchange in self.prompts]


class SshClient(contextlib.AbstractContextManager["SshClient"]):
    """One running client. Ask for prompts in turn, answer them, then finish(); leaving the context kills it."""

    def __init__(self, server: Sshd, user: str, command: str = "echo logged in",
                 options: Sequence[str] = ()) -> None:
        self._server = server
        self._prompt = re.compile(rf"\({re.escape(user)}@127\.0\.0\.1\) (.*: )$", re.DOTALL)
        self._prompts: list[Exchange] = []
        self._child = pexpect.spawn("ssh", arguments(server.port, user, options) + [command],
                                    encoding="utf-8", timeout=_TIMEOUT, env=_ENVIRONMENT)
        self._child.delaybeforesend = None

    def next_prompt(self) -> str | None:
        """Waits for the next question; None when the client has ended instead."""
        try:
            found = self._child.expect([self._prompt, pexpect.EOF])
        except pexpect.TIMEOUT as timeout:
            raise TimeoutError(f"{timeout}\nsshd:\n{self._server.log.text()}") from None
        return str(self._child.match.group(1)).replace("\r\n", "\n") if found == 0 else None

    def answer(self, prompt: str, text: str) -> None:
        self._prompts.append(Exchange(prompt, text, self._child.getecho()))
        self._child.sendline(text)

    def wait_for(self, text: str) -> None:
        """Returns when the terminal shows it."""
        self._child.expect_exact(text)

    def converse(self, answers: Mapping[str, str]) -> Outcome:
        """Answers every question by the last line of its text, such as "Code: ", until the client ends."""
        while (prompt := self.next_prompt()) is not None:
            last_line = prompt.splitlines()[-1]
            if last_line not in answers:
                raise AssertionError(f"unexpected prompt {prompt!r}\nsshd:\n{self._server.log.text()}")
            self.answer(prompt, answers[last_line])
        return self._outcome()

    def vanish(self) -> None:
        """The client dies without a word to the server."""
        self._child.close(force=True)

    def __exit__(self, *_: object) -> None:
        self.vanish()

    def _outcome(self) -> Outcome:
        self._child.close()
        status = self._child.exitstatus
        if status is None:
            raise AssertionError(f"ssh died of signal {self._child.signalstatus}")
        return Outcome(status, self._prompts, self._output(), self._server.log.text())

    def _output(self) -> str:
        output = str(self._child.before).replace("\r\n", "\n")
        if self._prompts and self._prompts[-1].echoed:
            output = output.removeprefix(self._prompts[-1].answer)
        return output.removeprefix("\n")


# Nothing of the person who runs the tests: no agent, no configuration, no language.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "TERM": "dumb", "LC_ALL": "C.UTF-8"}


def arguments(port: int, user: str, options: Sequence[str] = ()) -> list[str]:
    """Arguments of ssh for one attempt; `options` win over what stands here."""
    fixed = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR",
             "NumberOfPasswordPrompts=1", "PubkeyAuthentication=no"]
    settings = [part for option in [*options, *fixed] for part in ("-o", option)]
    return ["-F", "none", "-p", str(port), *settings, f"{user}@127.0.0.1"]


def with_key(private_key: Path) -> list[str]:
    """Options for a login that offers this key."""
    return ["PubkeyAuthentication=yes", "IdentitiesOnly=yes", f"IdentityFile={private_key}"]


def log_in(server: Sshd, user: str, answers: Mapping[str, str], command: str = "echo logged in",
           options: Sequence[str] = ()) -> Outcome:
    with SshClient(server, user, command, options) as client:
        return client.converse(answers)
