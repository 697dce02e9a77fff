"""Codes as a phone shows them, computed by an independent program (oathtool)."""

import base64
import secrets
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field


def _new_secret() -> str:
    return base64.b32encode(secrets.token_bytes(20)).decode()


@dataclass(frozen=True)
class Phone:
    """A TOTP generator with 6 digits and SHA-1."""

    secret: str = field(default_factory=_new_secret)  # base32
    period: int = 30

    def code(self, steps_ahead: int = 0) -> str:
        """The code of the present step, or of one before or after it. The step lasts long enough for a login: one that
        ends behind it would teach the server a drift.
        """
        self.wait_for_fresh_step(2)
        return self.code_at(int(time.time()) + steps_ahead * self.period)

    def code_at(self, moment: int) -> str:
        """The code at that moment, in seconds of Unix time."""
        return self._codes(moment, 1)[0]

    def wrong_codes_at(self, moment: int) -> Iterator[str]:
        """Many, all different, of which none is a code of this phone for some minutes around that moment."""
        near = set(self._codes(moment - 10 * self.period, 21))
        return (code for code in (f"{number:06}" for number in range(1000)) if code not in near)

    def _codes(self, moment: int, count: int) -> list[str]:
        command = ["oathtool", "--totp=sha1", "--base32", f"--time-step-size={self.period}s", f"--now=@{moment}",
                   f"--window={count - 1}", "-"]
        return subprocess.run(command, input=self.secret, text=True, capture_output=True, check=True).stdout.split()

    def wait_for_fresh_step(self, seconds: float = 4) -> None:
        """Returns at once unless the present step is about to end, which would move the window under a test."""
        left = self.period - time.time() % self.period
        if left < seconds:
            time.sleep(left)

    def wrong_code(self) -> str:
        """Six digits that are no code of this phone for some minutes around now."""
        near = {self.code(step) for step in range(-3, 4)}
        return next(code for code in (f"{number:06}" for number in range(8)) if code not in near)


def counter_codes(secret: str, count: int, digits: int = 6) -> list[str]:
    """The first codes of an HOTP token."""
    command = ["oathtool", "--hotp", "--base32", f"--digits={digits}", f"--window={count - 1}", "-"]
    return subprocess.run(command, input=secret, text=True, capture_output=True, check=True).stdout.split()
