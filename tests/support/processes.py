"""Processes that are not ours to wait for."""

import os
import select


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
