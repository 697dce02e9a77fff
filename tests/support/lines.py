"""Log lines as they come in, to wait for and to assert on."""

import re
import threading


class Lines:
    """A list of lines that other threads append to."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._changed = threading.Condition()

    def append(self, line: str) -> None:
        with self._changed:
            self._lines.append(line)
            self._changed.notify_all()

    def matching(self, pattern: str) -> list[str]:
        with self._changed:
            return [line for line in self._lines if re.search(pattern, line)]

    def wait_for(self, pattern: str, seconds: float = 20) -> str:
        """The first line that matches, now or within the time; else TimeoutError with everything that came."""
        with self._changed:
            if not self._changed.wait_for(lambda: Lines.matching(self, pattern), seconds):
                raise TimeoutError(f"no line matches {pattern!r} in:\n{Lines.text(self)}")
            return Lines.matching(self, pattern)[0]

    def clear(self) -> None:
        with self._changed:
            self._lines.clear()

    def text(self) -> str:
        with self._changed:
            return "\n".join(self._lines)
