"""What the private machine's programs write to syslog. Only for use inside the sandbox, which has its own /dev."""

import functools
import os
import re
import socket
import threading

from support.lines import Lines

_PRIORITY = re.compile(r"^<\d+>")
_MARKER = b"all that was sent before is collected"


class Syslog(Lines):
    """Stands in for syslogd at /dev/log until the process ends; each datagram is one line, without its priority. What was
    sent before one asks is in the answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self._caught_up = threading.Semaphore(0)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        threading.Thread(target=self._collect, daemon=True).start()

    def matching(self, pattern: str) -> list[str]:
        self._catch_up()
        return super().matching(pattern)

    def text(self) -> str:
        self._catch_up()
        return super().text()

    def clear(self) -> None:
        self._catch_up()
        super().clear()

    def _catch_up(self) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.sendto(_MARKER, "/dev/log")
        if not self._caught_up.acquire(timeout=20):
            raise TimeoutError("the collector of syslog has ended")

    def _collect(self) -> None:
        while True:
            datagram = self._socket.recv(65536)
            if datagram == _MARKER:
                self._caught_up.release()
                continue
            self.append(_PRIORITY.sub("", datagram.decode(errors="backslashreplace").rstrip("\0\n")))


@functools.cache
def collected() -> Syslog:
    """The one collector of this process; listens from the first call on."""
    return Syslog()
