"""What the private machine's programs write to syslog. Only for use inside the sandbox, which has its own /dev."""

import functools
import os
import re
import socket
import threading

from support.lines import Lines

_PRIORITY = re.compile(r"^<\d+>")


class Syslog(Lines):
    """Stands in for syslogd at /dev/log until the process ends; each datagram is one line, without its priority."""

    def __init__(self) -> None:
        super().__init__()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        self._socket.bind("/dev/log")
        os.chmod("/dev/log", 0o666)
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        while True:
            datagram = self._socket.recv(65536)
            self.append(_PRIORITY.sub("", datagram.decode(errors="backslashreplace").rstrip("\0\n")))


@functools.cache
def collected() -> Syslog:
    """The one collector of this process; listens from the first call on."""
    return Syslog()
