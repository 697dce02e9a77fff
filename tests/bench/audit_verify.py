#!/usr/bin/python3
"""How long `twinlock audit verify` takes for a million lines, beside sha256sum of the same file: ./dev bench runs it.

One seal for 60 lines, as a server has it on which somebody logs in every second. The file is made here with Python's
hmac, so a log that the command calls good is one that an independent program made.
"""

import hashlib
import hmac
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from support import sandbox, syslog, twinlock  # noqa: E402  (after the path is set)
from support.audit_log import derived_key, line, mac_of  # noqa: E402
from support.command import AUDIT_HEAD, AUDIT_LOG, run  # noqa: E402

LINES, STRETCH, ROUNDS = 1_000_000, 60, 5


def make_log() -> None:
    key, previous, sequence = derived_key("twinlock audit seal 1"), "0" * 64, 0
    whole = line(7).replace('"token":7', '"token":7,"detail":"' + "x" * 60 + '"')
    with AUDIT_LOG.open("w") as log:
        for begin in range(0, LINES, STRETCH):
            count = min(STRETCH, LINES - begin)
            stretch, sequence = whole * count, sequence + 1
            seal = {"time": "2026-11-27T16:00:00Z", "event": "seal", "sequence": sequence, "lines": count, "missed": 0,
                    "boot": "here", "digest": hashlib.sha256(stretch.encode()).hexdigest(), "previous": previous}
            text = json.dumps(seal, separators=(",", ":"))
            previous = hmac.new(key, text[:-1].encode(), hashlib.sha256).hexdigest()
            log.write(stretch + text[:-1] + f',"mac":"{previous}"' + "}\n")
    head = {"time": 1, "sequence": sequence, "seal": previous, "device": 0, "inode": 0, "offset": 0, "boot": "here",
            "missed": 0, "lost": "", "purged": 1, "start_sequence": 0, "start_seal": "0" * 64, "start_time": 0, "start_actor": "",
            "start_break": ""}
    text = json.dumps(head, separators=(",", ":"))
    AUDIT_HEAD.write_text(text[:-1] + f',"mac":"{mac_of(text[:-1], derived_key("twinlock audit head 1"))}"' + "}\n")
    for path in (AUDIT_LOG, AUDIT_HEAD):
        path.chmod(0o600)


def seconds(*command: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def verify_seconds() -> float:
    start = time.perf_counter()
    answer = run("audit", "verify", "--json").json()
    if (answer["result"], answer["lines"]) != ("ok", LINES):
        sys.exit(f"not ok: {answer}")
    return time.perf_counter() - start


def main() -> None:
    sandbox.enter()
    syslog.collected()
    twinlock.run("init")
    make_log()
    ours, sums = [], []
    for _ in range(ROUNDS):
        ours.append(verify_seconds())
        sums.append(seconds("sha256sum", str(AUDIT_LOG)))
    print(f"audit verify of {LINES} lines, {AUDIT_LOG.stat().st_size >> 20} MB: median {statistics.median(ours):.2f} s, "
          f"sha256sum of the same file {statistics.median(sums):.2f} s, "
          f"ratio {statistics.median(ours) / statistics.median(sums):.2f}")


main()
