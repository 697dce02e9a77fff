"""A real OpenSSH daemon on 127.0.0.1. Only for use inside the sandbox."""

import contextlib
import re
import socket
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from support import paths
from support.lines import Lines

_ENDED = "(sshd has ended)"


class Sshd(contextlib.AbstractContextManager["Sshd"]):
    """Runs with the shipped drop-in; `options` are further lines of sshd_config and win over it."""

    def __init__(self, options: Sequence[str] = ()) -> None:
        self.port = free_port()
        self.log = Lines()
        self._directory = tempfile.TemporaryDirectory(prefix="sshd.")
        self._process = self._start(options)
        threading.Thread(target=self._collect, args=(self._process.stderr,), daemon=True).start()
        try:
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(timeout=10)
        self._directory.cleanup()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _wait_until_ready(self) -> None:
        line = self.log.wait_for(rf"^Server listening on 127\.0\.0\.1|^{re.escape(_ENDED)}")
        if line == _ENDED:
            raise RuntimeError(f"sshd did not start:\n{self.log.text()}")

    def _start(self, options: Sequence[str]) -> subprocess.Popen[str]:
        directory = Path(self._directory.name)
        host_key = directory / "host_key"
        make_key(host_key)
        config = directory / "sshd_config"
        config.write_text("\n".join([*options, *self._fixed_options(host_key)]) + "\n")
        return subprocess.Popen([paths.SSHD, "-D", "-e", "-f", config], stderr=subprocess.PIPE, text=True,
                                stdin=subprocess.DEVNULL)

    def _fixed_options(self, host_key: Path) -> list[str]:
        return ["Include /etc/ssh/sshd_config.d/*.conf", f"Port {self.port}", "ListenAddress 127.0.0.1",
                f"HostKey {host_key}", "PidFile none", "LogLevel VERBOSE", "PrintMotd no",
                "Subsystem sftp internal-sftp"]

    def _collect(self, stream: IO[str]) -> None:
        with stream:
            for line in stream:
                self.log.append(line.rstrip())
        self.log.append(_ENDED)


def make_key(path: Path) -> str:
    """Writes a new private key without a passphrase and returns its public part."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "test", "-f", path], check=True)
    return path.with_suffix(".pub").read_text()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
