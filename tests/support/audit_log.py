"""A real audit log: lines as logins append them, sealed by the command. Only for use inside the sandbox."""

import datetime
import hashlib
import hmac
import json
import re
from pathlib import Path
from typing import Any

from support import pam, syslog
from support.command import AUDIT_LOG, DONE, NO, CommandScenario, Done, run

KEY_FILE = Path("/etc/twinlock/key")


def line(number: int, user: str = "alice", moment: datetime.datetime | None = None) -> str:
    """What audit_json.cc writes; `number` tells lines apart."""
    time = (moment or datetime.datetime.now(datetime.UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")
    fields = {"time": time, "event": "login", "user": user, "service": "sshd", "address": "192.0.2.7",
              "verdict": "accepted", "token": number, "host": "files", "actor": None}
    return json.dumps(fields, separators=(",", ":")) + "\n"


def append(*numbers: int, user: str = "alice", moment: datetime.datetime | None = None) -> None:
    with AUDIT_LOG.open("a") as log:
        AUDIT_LOG.chmod(0o600)
        log.write("".join(line(number, user, moment) for number in numbers))


def is_seal(text: str) -> bool:
    return '"event":"seal"' in text


def seals(path: Path = AUDIT_LOG) -> list[Any]:
    return [json.loads(text) for text in path.read_text().splitlines() if is_seal(text)]


def derived_key(purpose: str) -> bytes:
    """HKDF-Expand with SHA-256 (RFC 5869 2.3) of the audit key, for up to 32 bytes, by Python alone."""
    key = re.search(r"(?m)^audit [0-9a-f]{8} \d+ ([0-9a-f]{64})$", KEY_FILE.read_text())
    assert key
    return hmac.digest(bytes.fromhex(key[1]), purpose.encode() + b"\0\x01", hashlib.sha256)


def mac_of(text: str, key: bytes) -> str:
    """The MAC that a seal or head with this text must have."""
    return hmac.new(key, text.partition(',"mac":"')[0].encode(), hashlib.sha256).hexdigest()


def ahead(span: str) -> list[str]:
    """Starts a program with a clock that is so far ahead ("1d")."""
    clock = {**pam.clock_at(f"+{span}"), "FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    return ["env", *(f"{name}={value}" for name, value in clock.items())]


class AuditScenario(CommandScenario):
    """A machine with an empty audit log."""

    def setUp(self) -> None:
        super().setUp()
        syslog.collected().clear()

    def sweep(self, status: int = DONE, prefix: list[str] | None = None) -> Done:
        return self.assert_status(status, run("sweep", prefix=prefix or []))

    def sealed_log(self, stretches: int = 3, lines: int = 4) -> list[str]:
        """Writes and seals so many stretches of so many lines; the log's lines."""
        for stretch in range(stretches):
            append(*range(1 + stretch * lines, 1 + (stretch + 1) * lines))
            self.sweep()
        return AUDIT_LOG.read_text().splitlines(keepends=True)

    def verify(self, *options: str) -> Any:
        done = run("audit", "verify", "--json", *options)
        answer = done.json()
        self.assertEqual(NO if answer["result"] == "fail" else DONE, done.status, done)
        return answer

    def assert_ok(self) -> Any:
        answer = self.verify()
        self.assertEqual("ok", answer["result"], answer)
        return answer

    def assert_found(self, result: str, what: str, file: Path | None = AUDIT_LOG, lines: str | None = None) -> None:
        """Some finding says this about this file and these lines, and none is worse."""
        answer = self.verify()
        self.assertEqual(result, answer["result"], answer)
        for finding in answer["findings"]:
            if finding["result"] == result and re.search(what, finding["what"]):
                self.assertEqual(str(file), finding["file"], answer)
                if lines is not None:
                    self.assertEqual(lines, finding["lines"], answer)
                self.assertTrue(finding["mend"])
                return
        self.fail(f"nobody says {what!r}: {answer}")

