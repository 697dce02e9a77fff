"""Logins that go on while something else happens. Only for use inside the sandbox."""

import threading

from support import totp
from support.pam import Scenario, outcomes, run


def distinct_codes(secret: str, most: int) -> list[str]:
    """In order. A code that came before would be refused as that one again."""
    return list(dict.fromkeys(totp.counter_codes(secret, most, digits=8)))


class Load:
    """Logs a user in again and again, each time with the next code of a counter token, until it is told to stop."""

    def __init__(self, user: str, codes: list[str]) -> None:
        self._user, self._codes = user, codes
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.refused: list[str] = []
        self.accepted = 0
        self._thread.start()

    def finish(self) -> None:
        self._end.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._end.is_set() and self.accepted + 10 < len(self._codes) and not self.refused:
            batch = self._codes[self.accepted:self.accepted + 10]
            scenario = Scenario(self._user, batch, steps=["authenticate"], repeat=len(batch))
            for outcome in outcomes(run(scenario)[:-1]):
                if outcome.let_in:
                    self.accepted += 1
                else:
                    self.refused.append(str(outcome))
