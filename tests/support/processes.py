"""Processes that are not ours to wait for."""

import os
import select
import signal
import time
from pathlib import Path


def wait_for_end(pid: int, seconds: float = 20) -> None:
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    try:
        if not select.select([handle], [], [], seconds)[0]:
            raise TimeoutError(f"process {pid} does not end")
    finally:
        os.close(handle)


def stop(pid: int, seconds: float = 20) -> None:
    """Returns when it hears nothing any more but SIGKILL and SIGCONT."""
    os.kill(pid, signal.SIGSTOP)
    deadline = time.monotonic() + seconds
    while Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0] != "T":
        if time.monotonic() > deadline:
            raise TimeoutError(f"process {pid} does not stop")
