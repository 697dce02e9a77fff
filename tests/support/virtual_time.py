"""Moments at which the tests let time stand still for the module and the command (libfaketime)."""

import datetime
from collections.abc import Mapping

from support import pam

MINUTE, HOUR, DAY = 60, 3600, 86400

# A Monday.
MORNING = int(datetime.datetime(2027, 3, 1, 9, 0, tzinfo=datetime.UTC).timestamp())


def environment(moment: int) -> Mapping[str, str]:
    """Of a process for which it is always that moment, in seconds of Unix time, and which lives in UTC."""
    text = datetime.datetime.fromtimestamp(moment, datetime.UTC).strftime("%Y-%m-%d %H:%M:%S")
    bounded_waits_go_on = {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "NO_FAKE_STAT": "1"}
    return {**pam.clock_at(text), **bounded_waits_go_on, "TZ": "UTC"}


def prefix(moment: int) -> list[str]:
    """Starts a program in that environment."""
    return ["env", *(f"{name}={value}" for name, value in environment(moment).items())]
